// Keeps what is on the page as it is in the fleet. A region <… data-live="/api/v1/…/live"> follows that stream:
//   within [data-batch="id"], or on the whole page where it is of one batch, elements with data-bind="counts.failed"
//   get that value of the sample, written as data-as says: count (unless it says), percent, rate, duration, state, usd,
//   tokens.
import { count, duration, milliseconds, percent, rate, tokens, usd, words } from './format.js';
import { addRates } from './rates.js';
import { refreshSoon } from './refresh.js';

const writers = {
    count, duration, milliseconds, rate, tokens, usd, state: words, percent: (value, sample) => percent(value, sample.rows),
};

/** What a sample leaves out where it is not known. */
const unknown = {
    rows_per_second: null, eta_seconds: null, latency_ms: null, usage: null, projected_cost_usd: null,
};

let stream;
let seen;
let lostTimer;

export function startLive() {
    if (!window.EventSource) return;
    // Who does not look costs nothing: browsers keep few connections to one host.
    document.addEventListener('visibilitychange', () => document.hidden ? close() : open());
    window.addEventListener('pagehide', close);
    window.addEventListener('pageshow', open);
    // A batch that was over may run again, and one that ran may be over.
    document.addEventListener('region:fresh', open);
    open();
}

const region = () => document.querySelector('[data-live]');

function close() {
    stream?.close();
    stream = undefined;
}

function open() {
    if (stream || document.hidden || !region()) return;
    stream = new EventSource(region().dataset.live);
    stream.addEventListener('batch', event => showBatch(JSON.parse(event.data)));
    stream.addEventListener('batches', event => showList(JSON.parse(event.data)));
    stream.addEventListener('open', () => showLost(false));
    stream.addEventListener('error', () => {
        const isClosed = stream?.readyState === EventSource.CLOSED;
        showLost(!isClosed);
        if (!isClosed) return;
        // For good: the batch is over, or may not be watched any more. The page itself shows which.
        close();
        refreshSoon();
    });
}

/** Only once it is clear that it does not come back by itself at once, as it does at the end of a batch. */
function showLost(isLost) {
    clearTimeout(lostTimer);
    const notice = document.querySelector('[data-lost]');
    if (isLost) lostTimer = setTimeout(() => { notice.hidden = false; }, 4_000);
    else notice.hidden = true;
}

function showBatch(sample) {
    bind(document.body, { ...unknown, ...sample, ...sample.batch, ...totals(sample.batch) });
    document.dispatchEvent(new CustomEvent('live:sample', { detail: sample }));
    const state = `${sample.batch.status} ${sample.batch.round} ${sample.batch.counts.pending}`;
    if (seen !== undefined && seen !== state) refreshSoon();
    seen = state;
}

function showList(sample) {
    const list = region();
    const at = new Date(sample.at).getTime();
    let isStale = false;
    for (const batch of sample.batches) {
        const row = list?.querySelector(`[data-batch="${CSS.escape(batch.batch_id)}"]`);
        if (!row) {
            isStale ||= list?.dataset.grows !== undefined;
            continue;
        }
        isStale ||= row.dataset.status !== batch.status;
        bind(row, { ...batch, ...totals(batch), ...addRates(batch, at) });
    }
    if (isStale) refreshSoon();
}

const totals = batch => {
    const settled = batch.rows - batch.counts.pending;
    return { settled, unsuccessful: settled - batch.counts.succeeded };
};

function bind(root, sample) {
    for (const element of root.querySelectorAll('[data-bind]')) {
        const path = element.dataset.bind.split('.');
        if (!(path[0] in sample)) continue;
        const value = path.reduce((of, name) => of?.[name], sample) ?? null;
        const text = (writers[element.dataset.as] ?? count)(value, sample);
        if (element.textContent !== text) element.textContent = text;
        if (element.dataset.as === 'state') element.className = `badge ${text.replaceAll(' ', '-')}`;
        if (element.dataset.bind === 'unsuccessful') element.toggleAttribute('data-warn', value > 0);
    }
    for (const bar of root.querySelectorAll('[data-bar]')) fill(bar, sample);
}

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
