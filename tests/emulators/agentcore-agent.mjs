// An agent on AWS's own AgentCore runtime (npm bedrock-agentcore). The input says what it does: {"mode": "sync"}.
// Usage: node agentcore-agent.mjs PORT
import { BedrockAgentCoreApp } from 'bedrock-agentcore/runtime';

const port = Number(process.argv[2]);
if (!Number.isInteger(port) || port < 1 || port > 65535) {
  console.error('usage: node agentcore-agent.mjs PORT');
  process.exit(2);
}

// Whoever started this holds the other end; when that goes, however it goes, this ends too.
process.stdin.on('end', () => process.exit()).resume();

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function* stream(request, failAtEnd) {
  for (let chunk = 0; chunk < (request.chunks ?? 3); chunk++) {
    await pause(request.delayMs ?? 0);
    yield { data: { chunk } };
  }
  if (failAtEnd) throw new Error('stream failed on purpose');
}

async function* words(request) {
  for (const word of request.words ?? ['one ', 'two ', 'three']) yield word;
}

const app = new BedrockAgentCoreApp({
  config: { logging: { enabled: false } },
  invocationHandler: {
    process: async (request, context) => {
      switch (request.mode) {
        case 'slow':
          await pause(request.delayMs ?? 500);
          return { output: 'late', sessionId: context.sessionId };
        case 'throw':
          throw new Error('handler failed on purpose');
        case 'stream':
          return stream(request, false);
        case 'stream-throw':
          return stream(request, true);
        case 'stream-words':
          return words(request);
        case 'string':
          return `Hello ${request.name ?? 'there'}!`;
        case 'headers':
          return { headers: context.headers };
        default:
          return { output: request.text ?? 'ok', sessionId: context.sessionId };
      }
    },
  },
});

app.run({ port, host: '127.0.0.1' });
