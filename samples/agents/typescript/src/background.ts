import type { BedrockAgentCoreApp } from 'bedrock-agentcore/runtime';
import type { Journal } from './journal.js';
import { WorkError } from './work.js';

/** Work that goes on after the invocation was answered. */
export class BackgroundTasks {
  readonly #running = new Set<string>();

  constructor(
    private readonly app: Pick<BedrockAgentCoreApp, 'addAsyncTask' | 'completeAsyncTask'>,
    private readonly journal: Journal,
  ) {}

  /** Returns at once. A session that is under way is not begun again: the caller may repeat a call whose answer it lost. */
  start(session: string, work: () => Promise<unknown>): void {
    if (this.#running.has(session)) return;
    this.#running.add(session);
    // While there is a task, /ping says HealthyBusy, so that AgentCore does not take the session for idle.
    const task = this.app.addAsyncTask('background', { session });
    // Nothing may be rejected here: nobody would catch it, and the process would end with all its tasks.
    void this.#run(session, work).finally(() => {
      this.#running.delete(session);
      this.app.completeAsyncTask(task);
    });
  }

  async #run(session: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await this.journal.append(session, 'AGENT_BACKGROUND_TASK_STARTED');
      let output: unknown;
      try {
        output = await work();
      } catch (error) {
        await this.journal.append(session, 'AGENT_BACKGROUND_TASK_FAILED', {
          errorMessage: error instanceof Error ? error.message : String(error),
          // A failure that says nothing of it may pass.
          retryable: error instanceof WorkError ? error.retryable : true,
        });
        return;
      }
      await this.journal.append(session, 'AGENT_BACKGROUND_TASK_COMPLETED', { output });
    } catch (error) {
      // The journal cannot be reached: the fleet's deadline ends the task.
      console.error(`session ${session}: its end could not be journalled`, error);
    }
  }
}
