import { createHash } from 'node:crypto';
import { ConditionalCheckFailedException, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type Status =
  | 'AGENT_BACKGROUND_TASK_STARTED'
  | 'AGENT_BACKGROUND_TASK_COMPLETED'
  | 'AGENT_BACKGROUND_TASK_FAILED';

export interface Details {
  output?: unknown;
  errorMessage?: string;
  retryable?: boolean;
}

/** Events of sessions in the fleet's journal, a table of DynamoDB; docs/dynamodb.md has its layout. */
export class Journal {
  /** Throttling and lost connections are tried again, with backoff: an event that is lost costs the task its deadline. */
  readonly #client = new DynamoDBClient({ maxAttempts: 10 });

  static readonly #secondsKept = 30 * 24 * 3600;

  constructor(private readonly table: string) {}

  async append(session: string, status: Status, details: Details = {}): Promise<void> {
    const now = new Date();
    // Follows from the session: what is random may repeat itself between sessions that are restored from one snapshot.
    const id = createHash('sha256').update(`${session}#${status}`).digest('hex').slice(0, 32);
    const item: Record<string, AttributeValue> = {
      PK: { S: `SESSION#${session}` },
      SK: { S: `EVENT#${now.toISOString()}#${id}` },
      sessionId: { S: session },
      eventId: { S: id },
      status: { S: status },
      createdAt: { S: now.toISOString() },
      ttlSeconds: { N: String(Math.floor(now.getTime() / 1000) + Journal.#secondsKept) },
    };
    // Text, whatever it is: JSON that the fleet reads.
    if (details.output !== undefined) item.output = { S: JSON.stringify(details.output) };
    if (details.errorMessage !== undefined) item.errorMessage = { S: details.errorMessage.slice(0, 2_000) };
    if (details.retryable !== undefined) item.retryable = { BOOL: details.retryable };
    try {
      await this.#client.send(new PutItemCommand({
        TableName: this.table, Item: item, ConditionExpression: 'attribute_not_exists(PK)',
      }));
    } catch (error) {
      // It was written, and only the answer was lost.
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }
}
