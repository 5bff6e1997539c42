// SQS for tests: npm's fauxqs, without a log.
// Usage: node sqs.mjs PORT
import { startFauxqs } from 'fauxqs';

const port = Number(process.argv[2]);
if (!Number.isInteger(port) || port < 1 || port > 65535) {
  console.error('usage: node sqs.mjs PORT');
  process.exit(2);
}

// Whoever started this holds the other end; when that goes, however it goes, this ends too.
process.stdin.on('end', () => process.exit()).resume();

await startFauxqs({ port, host: '127.0.0.1', logger: false });
