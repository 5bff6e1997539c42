// Says where a bill of materials differs from CycloneDX's own schema (npm @cyclonedx/cyclonedx-library ships it).
// Usage: node cyclonedx-schema.mjs FILE, answered by an array of what is wrong
import { readFileSync } from 'node:fs';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import addFormats2019 from 'ajv-formats-draft2019';

const folder = './node_modules/@cyclonedx/cyclonedx-library/res/schema/';
const schema = (name) => JSON.parse(readFileSync(new URL(folder + name, import.meta.url), 'utf8'));

const ajv = new Ajv({ allErrors: true, strict: false });
addFormats(ajv);
addFormats2019(ajv);
// By the names that the schema refers to them by, which are not their own.
for (const name of ['spdx.SNAPSHOT.schema.json', 'jsf-0.82.SNAPSHOT.schema.json', 'cryptography-defs.SNAPSHOT.schema.json'])
  ajv.addSchema(schema(name), `http://cyclonedx.org/schema/${name}`);
const validate = ajv.compile(schema('bom-1.6.SNAPSHOT.schema.json'));
validate(JSON.parse(readFileSync(process.argv[2], 'utf8')));
console.log(JSON.stringify((validate.errors ?? []).map((error) => `${error.instancePath || '/'}: ${error.message}`)));
