// S3 for tests: npm's fauxqs, with what it lacks of S3 and a way to have it refuse a request.
// Usage: node s3.mjs PORT
import { buildApp } from 'fauxqs';
import { S3Store } from './node_modules/fauxqs/dist/s3/s3Store.js';
import { SnsStore } from './node_modules/fauxqs/dist/sns/snsStore.js';
import { SqsStore } from './node_modules/fauxqs/dist/sqs/sqsStore.js';

const port = Number(process.argv[2]);
if (!Number.isInteger(port) || port < 1 || port > 65535) {
  console.error('usage: node s3.mjs PORT');
  process.exit(2);
}

// Whoever started this holds the other end; when that goes, however it goes, this ends too.
process.stdin.on('end', () => process.exit()).resume();

const s3Store = new S3Store();
const app = buildApp({ logger: false, stores: { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store } });
const lifecycles = new Map();

const xml = (reply, status, body) => reply.status(status).header('content-type', 'application/xml').send(body);
const error = (reply, status, code) =>
  xml(reply, status, `<Error><Code>${code}</Code><Message>${code} on purpose</Message></Error>`);
const bucketOf = (url) => decodeURIComponent(url.pathname.split('/')[1]);

// An access key such as REFUSE-AccessDenied has every request of it refused with that code.
app.addHook('onRequest', async (request, reply) => {
  const refused = /Credential=REFUSE-(\w+)\//.exec(request.headers.authorization ?? '');
  if (refused) return error(reply, 403, refused[1]);
});

// fauxqs knows neither lifecycle rules nor the list of unfinished uploads. It answers as if they had not been asked for.
app.addHook('preHandler', async (request, reply) => {
  const url = new URL(request.url, 'http://localhost');
  const bucket = bucketOf(url);
  if (url.searchParams.has('lifecycle')) {
    if (!s3Store.hasBucket(bucket)) return error(reply, 404, 'NoSuchBucket');
    if (request.method === 'PUT') lifecycles.set(bucket, text(request));
    else if (!lifecycles.has(bucket)) return error(reply, 404, 'NoSuchLifecycleConfiguration');
    return xml(reply, 200, request.method === 'GET' ? lifecycles.get(bucket) : '');
  }
  if (request.method === 'GET' && url.searchParams.has('uploads')) {
    if (!s3Store.hasBucket(bucket)) return error(reply, 404, 'NoSuchBucket');
    return xml(reply, 200, listUploads(bucket, url.searchParams.get('prefix') ?? ''));
  }
  // Nor does it know the checksums that are listed beside the parts' tags.
  if (request.method === 'POST' && url.searchParams.has('uploadId'))
    request.body = Buffer.from(text(request).replace(/<(Checksum\w+)>[^<]*<\/\1>/g, ''));
  if (request.method === 'PUT' && request.headers['if-none-match'] === '*' && exists(url))
    return error(reply, 412, 'PreconditionFailed');
});

function text(request) {
  const body = String(request.body ?? '');
  // Chunks of a signed stream: a size and a signature before each, a checksum behind the last.
  return body.includes(';chunk-signature=') || /^[0-9a-f]+\r\n/.test(body) ? /<\?xml[\s\S]*>|<\w[\s\S]*>/.exec(body)?.[0] ?? '' : body;
}

function exists(url) {
  try {
    s3Store.headObject(bucketOf(url), decodeURIComponent(url.pathname.split('/').slice(2).join('/')));
    return true;
  } catch {
    return false;
  }
}

function listUploads(bucket, prefix) {
  const uploads = [...s3Store.multipartUploads.entries()]
    .filter(([, upload]) => upload.bucket === bucket && upload.key.startsWith(prefix))
    .map(([id, upload]) => `<Upload><Key>${upload.key}</Key><UploadId>${id}</UploadId></Upload>`);
  return `<?xml version="1.0" encoding="UTF-8"?><ListMultipartUploadsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
<Bucket>${bucket}</Bucket><IsTruncated>false</IsTruncated>${uploads.join('')}</ListMultipartUploadsResult>`;
}

await app.listen({ port, host: '127.0.0.1' });
