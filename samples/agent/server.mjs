// The smallest agent of the AgentCore contract: POST /invocations answers, GET /ping says that it is well.
// Usage: [PORT=8080] [HOST=0.0.0.0] [LATENCY_MS=0] node server.mjs
import { createServer } from 'node:http';

const port = Number(process.env.PORT ?? 8080);
const host = process.env.HOST ?? '0.0.0.0';
const latencyMs = Number(process.env.LATENCY_MS ?? 0);
const maxBodyBytes = 10_000_000;

const answer = (response, status, body) => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
};

const readBody = async (request) => {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
};

const invoke = async (request, response) => {
  const body = await readBody(request);
  if (body === null) return answer(response, 413, { error: `more than ${maxBodyBytes} bytes` });
  let input;
  try {
    input = JSON.parse(body);
  } catch {
    return answer(response, 400, { error: 'the body is not JSON' });
  }
  // A model would think here; the session tells it which conversation this is.
  await new Promise((done) => setTimeout(done, latencyMs));
  answer(response, 200, {
    output: input,
    session: request.headers['x-amzn-bedrock-agentcore-runtime-session-id'] ?? null,
  });
};

const server = createServer((request, response) => {
  if (request.method === 'GET' && request.url === '/ping')
    return answer(response, 200, { status: 'Healthy', time_of_last_update: Math.floor(Date.now() / 1000) });
  if (request.method === 'POST' && request.url === '/invocations')
    return invoke(request, response).catch(() => response.destroy());
  answer(response, 404, { error: 'there are POST /invocations and GET /ping' });
});

server.listen(port, host, () => console.log(`agent at http://${host}:${port}`));
// As the first process of a container it is asked to stop in this way alone.
for (const signal of ['SIGTERM', 'SIGINT'])
  process.on(signal, () => {
    server.close();
    server.closeIdleConnections();
  });
