// Says where documents differ from the schemas of Kubernetes and KEDA (npm kubernetes-models, @kubernetes-models/keda).
// Usage: node kubernetes-schemas.mjs < [{"apiVersion":…,"kind":…}, …], answered by an array of what is wrong
// The packages' validators let fields pass that no schema knows, as a misspelled one is. Each is one that no validator
// has looked at, so every document is read through a proxy that takes down what is looked at.
import { text } from 'node:stream/consumers';

const kubernetes = './node_modules/kubernetes-models/_schemas/IoK8sApi';
const keda = './node_modules/@kubernetes-models/keda/_schemas/ComGithubKedacoreKedaV2ApisKeda';
const schemas = {
  'v1/Namespace': `${kubernetes}CoreV1Namespace`,
  'v1/ConfigMap': `${kubernetes}CoreV1ConfigMap`,
  'v1/Service': `${kubernetes}CoreV1Service`,
  'v1/ServiceAccount': `${kubernetes}CoreV1ServiceAccount`,
  'apps/v1/Deployment': `${kubernetes}AppsV1Deployment`,
  'networking.k8s.io/v1/NetworkPolicy': `${kubernetes}NetworkingV1NetworkPolicy`,
  'policy/v1/PodDisruptionBudget': `${kubernetes}PolicyV1PodDisruptionBudget`,
  'keda.sh/v1alpha1/ScaledObject': `${keda}V1alpha1ScaledObject`,
  'keda.sh/v1alpha1/TriggerAuthentication': `${keda}V1alpha1TriggerAuthentication`,
};

function watched(value, seen) {
  if (value === null || typeof value !== 'object') return value;
  const fields = new Map();
  seen.set(value, fields);
  return new Proxy(value, {
    get(target, key) {
      if (!Object.hasOwn(target, key)) return Reflect.get(target, key);
      if (!fields.has(key)) fields.set(key, watched(target[key], seen));
      return fields.get(key);
    },
  });
}

function* unread(value, seen, path) {
  if (value === null || typeof value !== 'object') return;
  for (const [key, child] of Object.entries(value))
    if (seen.get(value)?.has(key)) yield* unread(child, seen, `${path}/${key}`);
    else yield `${path}/${key}: no schema knows this field`;
}

const problems = [];
for (const document of JSON.parse(await text(process.stdin))) {
  const name = `${document.kind} ${document.metadata?.name}`;
  const schema = schemas[`${document.apiVersion}/${document.kind}`];
  if (!schema) {
    problems.push(`${name}: there is no schema for ${document.apiVersion}/${document.kind}`);
    continue;
  }

  const { validate } = await import(`${schema}.js`);
  const seen = new Map();
  if (!validate(watched(document, seen)))
    for (const { instancePath, keyword, params } of validate.errors)
      problems.push(`${name}: ${instancePath || '/'}: ${keyword} ${JSON.stringify(params)}`);
  for (const field of unread(document, seen, '')) problems.push(`${name}: ${field}`);
}

console.log(JSON.stringify(problems));
