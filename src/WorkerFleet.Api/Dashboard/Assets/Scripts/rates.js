// The list's samples have counts alone: how fast a batch goes is seen by comparing them, over ten seconds.
const span = 10_000;
const seen = new Map();
const ended = new Set(['Completed', 'CompletedWithFailures', 'Failed', 'Cancelled']);

/** @returns Nothing for a batch that is over: its average stays. */
export function addRates(batch, at) {
    if (ended.has(batch.status)) {
        seen.delete(batch.batch_id);
        return {};
    }
    const settled = batch.rows - batch.counts.pending;
    const samples = (seen.get(batch.batch_id) ?? []).filter(sample => sample.at > at - span);
    samples.push({ at, settled });
    seen.set(batch.batch_id, samples);
    const first = samples[0];
    const unknown = { rows_per_second: null, eta_seconds: null };
    if (batch.status === 'Paused' || at - first.at < 1_000) return unknown;
    const perSecond = (settled - first.settled) / ((at - first.at) / 1000);
    return perSecond > 0
        ? { rows_per_second: perSecond, eta_seconds: Math.round(batch.counts.pending / perSecond) }
        : unknown;
}
