// Keeps what is on the page as it is in the fleet. A region <… data-live="/api/v1/…/live"> follows that stream:
//   within [data-batch="id"], or within the region where it is of one batch, elements with data-bind="counts.failed"
//   get that value of the sample, written as data-as says: count (unless it says), percent, rate, duration, state.
import { count, duration, percent, rate, words } from './format.js';
import { addRates } from './rates.js';
import { refreshSoon } from './refresh.js';

const writers = { count, rate, duration, percent: (value, sample) => percent(value, sample.rows), state: words };

export function startLive() {
    const region = document.querySelector('[data-live]');
    if (!region || !window.EventSource) return;
    let stream;
    const open = () => {
        if (stream || document.hidden) return;
        stream = new EventSource(region.dataset.live);
        stream.addEventListener('batch', event => showBatch(region, JSON.parse(event.data)));
        stream.addEventListener('batches', event => showList(region, JSON.parse(event.data)));
        stream.addEventListener('open', () => document.body.classList.remove('offline'));
        stream.addEventListener('error', () => {
            document.body.classList.add('offline');
            // Closed for good: the batch is over, or may not be watched any more. A refresh shows which.
            if (stream?.readyState === EventSource.CLOSED) {
                stream = undefined;
                document.body.classList.remove('offline');
                refreshSoon();
            }
        });
    };
    // Who does not look costs nothing: browsers keep few connections to one host.
    document.addEventListener('visibilitychange', () => {
        if (!document.hidden) return open();
        stream?.close();
        stream = undefined;
    });
    window.addEventListener('pagehide', () => stream?.close());
    document.addEventListener('live:again', open);
    open();
}

function showBatch(region, sample) {
    const flat = { ...sample, ...sample.batch, ...totals(sample.batch) };
    bind(document.body, flat);
    region.dispatchEvent(new CustomEvent('live:sample', { detail: sample, bubbles: true }));
    const seen = `${sample.batch.status} ${sample.batch.round} ${sample.batch.counts.pending}`;
    if (region.dataset.seen !== undefined && region.dataset.seen !== seen) refreshSoon();
    region.dataset.seen = seen;
}

function showList(region, sample) {
    const at = new Date(sample.at).getTime();
    let isStale = false;
    for (const batch of sample.batches) {
        const row = region.querySelector(`[data-batch="${CSS.escape(batch.batch_id)}"]`);
        if (!row) {
            isStale ||= region.dataset.grows !== undefined;
            continue;
        }
        isStale ||= row.dataset.status !== undefined && row.dataset.status !== batch.status;
        row.dataset.status = batch.status;
        bind(row, { ...batch, ...totals(batch), ...addRates(batch, at) });
    }
    if (isStale) refreshSoon();
}

const totals = batch => {
    const settled = batch.rows - batch.counts.pending;
    return { settled, unsuccessful: settled - batch.counts.succeeded };
};

function bind(root, sample) {
    for (const element of root.querySelectorAll('[data-bind]:not([data-bind=""])')) {
        const value = element.dataset.bind.split('.').reduce((of, name) => of?.[name], sample);
        if (value === undefined && !(element.dataset.bind in optional)) continue;
        const text = (writers[element.dataset.as] ?? writers.count)(value ?? null, sample);
        if (element.textContent !== text) element.textContent = text;
        if (element.dataset.as === 'state') element.className = `badge ${text.replaceAll(' ', '-')}`;
        if (element.hasAttribute('data-warn') || element.dataset.bind === 'unsuccessful')
            element.toggleAttribute('data-warn', value > 0);
    }
    for (const bar of root.querySelectorAll('[data-bar]')) fill(bar, sample);
}

/** What a sample leaves out where it is not known. */
const optional = { rows_per_second: 1, eta_seconds: 1 };

function fill(bar, { counts, rows }) {
    let x = 0;
    const parts = [];
    for (const part of bar.querySelectorAll('[data-state]')) {
        const value = counts[part.dataset.state] ?? 0;
        const width = rows ? 1000 * value / rows : 0;
        part.setAttribute('x', x.toFixed(2));
        part.setAttribute('width', width.toFixed(2));
        x += width;
        if (value > 0) parts.push(`${count(value)} ${part.dataset.state}`);
    }
    bar.setAttribute('aria-label', parts.join(', '));
    bar.querySelector('title').textContent = parts.join(', ');
}
