// One call of AWS's own client of the AgentCore data plane, to see what it sends.
// Usage: node agentcore-client.mjs ENDPOINT < {"command":"InvokeAgentRuntime","input":{…},"credentials":{…},"region":"…"}
// Text in the input's `payload` is sent as its bytes.
import {
  BedrockAgentCoreClient, InvokeAgentRuntimeCommand, StopRuntimeSessionCommand,
} from '@aws-sdk/client-bedrock-agentcore';
import { text } from 'node:stream/consumers';

const commands = { InvokeAgentRuntime: InvokeAgentRuntimeCommand, StopRuntimeSession: StopRuntimeSessionCommand };
const call = JSON.parse(await text(process.stdin));
const client = new BedrockAgentCoreClient({
  endpoint: process.argv[2], region: call.region, credentials: call.credentials, maxAttempts: 1,
});
const input = { ...call.input };
if (input.payload !== undefined) input.payload = new TextEncoder().encode(input.payload);
await client.send(new commands[call.command](input));
// The connection, and the answer that nobody reads, would keep this alive.
process.exit();
