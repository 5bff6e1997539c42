// SQS for tests: npm's fauxqs, with what it lacks of SQS.
// Usage: node sqs.mjs PORT
import { buildApp } from 'fauxqs';
import { S3Store } from './node_modules/fauxqs/dist/s3/s3Store.js';
import { SnsStore } from './node_modules/fauxqs/dist/sns/snsStore.js';
import { SqsStore } from './node_modules/fauxqs/dist/sqs/sqsStore.js';
import { INVALID_MESSAGE_BODY_CHAR } from './node_modules/fauxqs/dist/sqs/sqsTypes.js';

const port = Number(process.argv[2]);
if (!Number.isInteger(port) || port < 1 || port > 65535) {
  console.error('usage: node sqs.mjs PORT');
  process.exit(2);
}

// Whoever started this holds the other end; when that goes, however it goes, this ends too.
process.stdin.on('end', () => process.exit()).resume();

const app = buildApp({
  logger: false, stores: { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store: new S3Store() },
});

// fauxqs drops the group of a message that is sent to a standard queue. SQS keeps it: fair queues are made of it. The
// emulator makes a message of the attributes' own object, by which the group is found again.
const groups = new WeakMap();
app.addHook('preHandler', async (request) => {
  if (!/^AmazonSQS\.SendMessage(Batch)?$/.test(request.headers['x-amz-target'] ?? '')) return;
  for (const entry of request.body.Entries ?? [request.body]) {
    if (!entry.MessageGroupId) continue;
    entry.MessageAttributes ??= {};
    groups.set(entry.MessageAttributes, entry.MessageGroupId);
  }
});
const createMessage = SqsStore.createMessage;
SqsStore.createMessage = (body, attributes, delaySeconds, group, ...rest) =>
  createMessage.call(SqsStore, body, attributes, delaySeconds, group ?? groups.get(attributes), ...rest);

// fauxqs looks at halves of characters, and so refuses every emoji, which SQS takes.
const refused = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;
INVALID_MESSAGE_BODY_CHAR.test = (body) => refused.test(body);

await app.listen({ port, host: '127.0.0.1' });
