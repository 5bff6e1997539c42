#!/usr/bin/env node
// Says what is shipped: a bill of materials (CycloneDX 1.6), and the licences of it. It fails where a licence is not known,
// or not among those of policy.json, and where a file of the folder is of no package.
// Usage: sbom.mjs [--output FOLDER] [--app FOLDER]
//   --output  where bom.cdx.json and licences.md go; artifacts/sbom by default
//   --app     a published folder; by default one is published, as the image has it
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
const policy = JSON.parse(readFileSync(join(here, 'policy.json'), 'utf8'));

function fail(problems, code = 1) {
  for (const problem of problems) console.error(`error: ${problem}`);
  process.exit(code);
}

function options() {
  try {
    return parseArgs({ options: { output: { type: 'string' }, app: { type: 'string' } } }).values;
  } catch (error) {
    return fail([`${error.message}\nusage: sbom.mjs [--output FOLDER] [--app FOLDER]`], 2);
  }
}

function publish(folder) {
  const done = spawnSync('dotnet', [
    'publish', join(root, 'src/WorkerFleet.Cli'), '--configuration', 'Release', '--use-current-runtime',
    '--self-contained', 'false', '-p:ForThisRuntime=true', '--artifacts-path', join(root, 'artifacts/sbom-build'),
    '--output', folder, '--nologo', '--verbosity', 'quiet',
  ], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (done.error) fail([`dotnet does not start: ${done.error.message}`], 3);
  if (done.status !== 0) fail(['WorkerFleet does not build; see above'], 3);
  return folder;
}

const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
const tag = (xml, name) => new RegExp(`<${name}(?:\\s[^>]*)?>([^<]*)</${name}>`).exec(xml)?.[1].trim();

/** What the package's own description says; npm and NuGet know no other source. */
function nuspec(path) {
  const cache = process.env.NUGET_PACKAGES ?? join(homedir(), '.nuget/packages');
  const file = join(cache, path, `${path.split('/')[0]}.nuspec`);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** An expression of SPDX without parentheses: of alternatives one is to be allowed, of a sum all. */
const allows = (expression) => expression.split(' OR ')
  .some((sum) => sum.split(' AND ').every((licence) => policy.allowed.includes(licence.trim())));

function licenceOf(name, version, xml) {
  const known = policy.packages[`${name}/${version}`];
  if (known) return known.licence;
  return /<license type="expression">([^<]+)<\/license>/.exec(xml ?? '')?.[1].trim();
}

function component(name, version, library, problems) {
  const xml = nuspec(library.path ?? `${name}/${version}`.toLowerCase());
  const licence = licenceOf(name, version, xml);
  if (!xml) problems.push(`${name} ${version}: its description is not among the packages here; restore first`);
  else if (!licence)
    problems.push(`${name} ${version}: no known licence. Look it up, and add it to deploy/supply-chain/policy.json`);
  else if (!allows(licence)) problems.push(`${name} ${version}: ${licence} is not an allowed licence`);
  const [algorithm, hash] = (library.sha512 ?? '').split(/-(.*)/s);
  if (algorithm !== 'sha512' || !hash) problems.push(`${name} ${version}: the published folder has no hash of it`);
  const url = tag(xml ?? '', 'projectUrl');
  return {
    type: 'library',
    'bom-ref': `pkg:nuget/${name}@${version}`,
    name,
    version,
    ...(tag(xml ?? '', 'authors') ? { publisher: tag(xml, 'authors') } : {}),
    scope: 'required',
    hashes: [{ alg: 'SHA-512', content: Buffer.from(hash ?? '', 'base64').toString('hex') }],
    licenses: /\s/.test(licence ?? '') ? [{ expression: licence }] : [{ license: { id: licence ?? 'none' } }],
    ...(tag(xml ?? '', 'copyright') ? { copyright: tag(xml, 'copyright') } : {}),
    purl: `pkg:nuget/${name}@${version}`,
    ...(url?.startsWith('http') ? { externalReferences: [{ type: 'website', url }] } : {}),
    ...(policy.carried[`${name}/${version}`] ? { components: policy.carried[`${name}/${version}`] } : {}),
  };
}

/** Files that run, and are of no package and not ours: nobody would know where they are from. */
function strangers(folder, target) {
  const known = new Set();
  for (const library of Object.values(target))
    for (const kind of ['runtime', 'native', 'runtimeTargets', 'resources'])
      for (const [path, file] of Object.entries(library[kind] ?? {})) {
        known.add(file.rid ? path : path.split('/').at(-1));
        known.add(path);
      }
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(dll|so|dylib|exe)$/.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)))
    .filter((file) => !known.has(file) && !known.has(file.split('/').at(-1)))
    .map((file) => `${file}: in the published folder, but of no package`);
}

function edges(target, names) {
  const direct = (library) => Object.entries(library.dependencies ?? {});
  const versionOf = new Map(Object.keys(target).map((key) => [key.split('/')[0], key.split('/')[1]]));
  // The versions that were chosen, not those that were asked for.
  const packages = (pairs) => [...new Set(pairs.map(([name]) => name).filter((name) => names.has(name)))]
    .map((name) => `pkg:nuget/${name}@${versionOf.get(name)}`).sort();
  const ours = Object.entries(target).filter(([key]) => !names.has(key.split('/')[0]));
  return [
    { ref: 'workerfleet', dependsOn: packages(ours.flatMap(([, library]) => direct(library))) },
    ...Object.entries(target).filter(([key]) => names.has(key.split('/')[0])).map(([key, library]) =>
      ({ ref: `pkg:nuget/${key.replace('/', '@')}`, dependsOn: packages(direct(library)) })),
  ];
}

const { output = join(root, 'artifacts/sbom'), app } = options();
if (app && !existsSync(join(app, 'fleet.deps.json'))) fail([`${app} is no published folder: fleet.deps.json is not there`], 2);
const folder = app ?? publish(join(root, 'artifacts/sbom-app'));

const deps = read(join(folder, 'fleet.deps.json'));
const target = deps.targets[deps.runtimeTarget.name];
const problems = [];
const components = Object.entries(deps.libraries)
  .filter(([, library]) => library.type === 'package')
  .map(([key, library]) => component(...key.split('/'), library, problems))
  .sort((a, b) => (a.name < b.name ? -1 : 1));
problems.push(...strangers(folder, target));
for (const name of [...Object.keys(policy.packages), ...Object.keys(policy.carried)])
  if (!deps.libraries[name]) problems.push(`policy.json tells of ${name}, which is not shipped: another version is?`);
if (problems.length > 0) fail(problems);

const version = Object.keys(deps.libraries).find((key) => key.startsWith('fleet/')).split('/')[1];
const digest = createHash('sha256').update(JSON.stringify(components)).digest('hex');
const epoch = process.env.SOURCE_DATE_EPOCH;
const bom = {
  $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  // Of the content: the same packages have the same number.
  serialNumber: 'urn:uuid:' + digest.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-8$3-8$4-$5'),
  version: 1,
  metadata: {
    timestamp: (epoch ? new Date(Number(epoch) * 1000) : new Date()).toISOString(),
    component: { type: 'application', 'bom-ref': 'workerfleet', name: 'WorkerFleet', version },
  },
  components,
  dependencies: edges(target, new Set(components.map((part) => part.name))),
};

const licence = (part) => part.licenses[0].expression ?? part.licenses[0].license.id;
const lines = components.flatMap((part) => [part, ...(part.components ?? [])])
  .map((part) => `| ${part.name} | ${part.version} | ${licence(part)} | ${(part.copyright ?? part.publisher ?? '').replaceAll('|', '/')} |`);
mkdirSync(output, { recursive: true });
writeFileSync(join(output, 'bom.cdx.json'), JSON.stringify(bom, null, 2) + '\n');
writeFileSync(join(output, 'licences.md'), [
  `# What WorkerFleet ${version} ships`, '', '| Package | Version | Licence | Of |', '|---|---|---|---|', ...lines, '',
].join('\n'));
console.log(`${components.length} packages: ${relative(process.cwd(), join(output, 'bom.cdx.json'))}, licences.md`);
