// The contract of AgentCore, three ways. The input says which: {"mode":"sync","prompt":"…"}; "stream"; "background".
// Variables: PORT (8080), HOST (0.0.0.0), JOURNAL_TABLE (fleet-journal), and those of the AWS SDK.
import { BedrockAgentCoreApp } from 'bedrock-agentcore/runtime';
import { BackgroundTasks } from './background.js';
import { Journal } from './journal.js';
import { Request, answer, stream } from './work.js';

const port = Number(process.env.PORT ?? 8080);
const host = process.env.HOST ?? '0.0.0.0';

const app: BedrockAgentCoreApp<typeof Request> = new BedrockAgentCoreApp({
  config: { logging: { enabled: process.env.LOG !== 'off' } },
  invocationHandler: {
    requestSchema: Request,
    process: (request, context) => {
      switch (request.mode) {
        case 'stream':
          return stream(request);
        case 'background':
          tasks.start(context.sessionId, () => answer(request));
          // Only that the task was taken on. What becomes of it is in the journal, some time later.
          return { status: 'started', sessionId: context.sessionId };
        default:
          return answer(request);
      }
    },
  },
});
const tasks = new BackgroundTasks(app, new Journal(process.env.JOURNAL_TABLE ?? 'fleet-journal'));

app.run({ port, host });
