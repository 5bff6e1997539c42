import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';

export const Request = z.object({
  mode: z.enum(['sync', 'stream', 'background']).default('sync'),
  prompt: z.string(),
  // How long the work takes, in milliseconds.
  delayMs: z.number().int().min(0).max(3_600_000).default(0),
  // To see what becomes of a row that fails: the work fails with this message.
  fail: z.string().optional(),
  // Whether another attempt could help it.
  retryable: z.boolean().default(false),
});
export type Request = z.infer<typeof Request>;

/** A failure of the work itself, which says whether another attempt could help. */
export class WorkError extends Error {
  constructor(message: string, readonly retryable: boolean) {
    super(message);
  }
}

/** Here a model would think. */
export const work = async (request: Request): Promise<string> => {
  await pause(request.delayMs);
  if (request.fail !== undefined) throw new WorkError(request.fail, request.retryable);
  return request.prompt;
};

/** AgentCore hides status and text of an error, so a failure is an answer too. */
export const answer = async (request: Request): Promise<unknown> => {
  try {
    return { output: await work(request) };
  } catch (error) {
    if (!(error instanceof WorkError) || request.mode === 'background') throw error;
    return { status: 'error', code: 'WORK_FAILED', message: error.message, retryable: error.retryable };
  }
};

/** Word by word, and an event `done` at the end: without it a stream that was cut looks like one that is whole. */
export async function* stream(request: Request) {
  try {
    const output = await work(request);
    for (const word of output.split(/(?<= )/)) yield { data: { word } };
    yield { event: 'done', data: { output } };
  } catch (error) {
    if (!(error instanceof WorkError)) throw error;
    yield { event: 'error', data: { error: error.message, retryable: error.retryable } };
  }
}
