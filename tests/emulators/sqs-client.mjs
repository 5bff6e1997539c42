// One call of AWS's own client of SQS, to see what it sends.
// Usage: node sqs-client.mjs ENDPOINT < {"command":"SendMessageBatch","input":{…},"credentials":{…},"region":"…"}
import * as sqs from '@aws-sdk/client-sqs';
import { text } from 'node:stream/consumers';

const call = JSON.parse(await text(process.stdin));
const client = new sqs.SQSClient({
  // Ours sends to the endpoint whatever the queue's address says, and looks at no checksum; so does this, to be
  // compared.
  endpoint: process.argv[2], region: call.region, credentials: call.credentials, maxAttempts: 1,
  useQueueUrlAsEndpoint: false, md5: false,
});
for (const entry of call.input.Entries ?? [])
  for (const value of Object.values(entry.MessageAttributes ?? {}))
    if (value.BinaryValue) value.BinaryValue = Buffer.from(value.BinaryValue, 'base64');
await client.send(new sqs[`${call.command}Command`](call.input));
// The connection, and the answer that nobody reads, would keep this alive.
process.exit();
