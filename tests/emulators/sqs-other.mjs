// Calls of AWS's own client of SQS, as a program beside the fleet would make them: of an array of them, the answers.
// Usage: node sqs-other.mjs ENDPOINT < [{"command":"ReceiveMessage","queue":"fleet-items","input":{…},"repeat":1}, …]
// Credentials and region come from the environment.
import * as sqs from '@aws-sdk/client-sqs';
import { text } from 'node:stream/consumers';

const client = new sqs.SQSClient({ endpoint: process.argv[2], useQueueUrlAsEndpoint: false });
const answers = [];
for (const { command, queue, input, repeat } of JSON.parse(await text(process.stdin))) {
  const { QueueUrl } = await client.send(new sqs.GetQueueUrlCommand({ QueueName: queue }));
  let answer;
  for (let i = 0; i < (repeat ?? 1); i++)
    answer = await client.send(new sqs[`${command}Command`]({ QueueUrl, ...input }));
  answers.push(answer);
}
console.log(JSON.stringify(answers));
client.destroy();
