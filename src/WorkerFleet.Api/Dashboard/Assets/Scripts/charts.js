// Lines over time, of the samples that the page brought along, and of those that come. Drawn at most once a second.
import { milliseconds, rate } from './format.js';

const height = 160;
const left = 58;
const bottom = 22;
const top = 10;
const most = 600;
// Until the page is laid out.
const usualWidth = 600;
const ns = 'http://www.w3.org/2000/svg';
const writers = { rate, latency: milliseconds };
const axes = { rate: value => String(Number(value.toFixed(1))), latency: milliseconds };
const names = { rate: 'rows a second', p50: 'half below', p95: '95 % below' };

let samples = [];
let pending;

export function startCharts() {
    const place = document.querySelector('[data-charts]');
    if (!place) return;
    samples = JSON.parse(place.dataset.charts).map(([at, perSecond, p50, p95]) => ({ at, rate: perSecond, p50, p95 }));
    document.addEventListener('live:sample', ({ detail }) => {
        const at = new Date(detail.at).getTime();
        if (samples.length > 0 && samples[samples.length - 1].at >= at) return;
        place.hidden = false;
        samples.push({
            at, rate: detail.rows_per_second ?? null, p50: detail.latency_ms?.p50 ?? null,
            p95: detail.latency_ms?.p95 ?? null,
        });
        // The older half is thinned out, so that a page can stay open for days.
        if (samples.length > most)
            samples = samples.filter((_, index) => index > most / 2 || index % 2 === 0);
        pending ??= setTimeout(() => { pending = undefined; drawAll(place); }, 1_000);
    });
    drawAll(place);
    new ResizeObserver(() => drawAll(place)).observe(place);
}

function drawAll(place) {
    for (const chart of place.querySelectorAll('[data-chart]')) draw(chart);
}

function draw(chart) {
    const lines = chart.dataset.lines.split(' ');
    const known = samples.filter(sample => lines.some(line => sample[line] !== null));
    if (known.length < 2) return;
    chart.querySelector('[data-empty]').hidden = true;
    const svg = chart.querySelector('svg');
    // A unit is a pixel, so that labels are as large on a telephone as everywhere.
    const width = Math.round(svg.getBoundingClientRect().width) || usualWidth;
    svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    const write = writers[chart.dataset.chart];
    const axis = axes[chart.dataset.chart];
    const max = niceMax(Math.max(...known.flatMap(sample => lines.map(line => sample[line] ?? 0))));
    const from = known[0].at;
    const span = Math.max(1, known[known.length - 1].at - from);
    const x = at => left + (width - left - 6) * (at - from) / span;
    const y = value => top + (height - top - bottom) * (1 - value / max);
    const parts = [0, 0.5, 1].flatMap(share => [
        make('line', { class: 'grid', x1: left, x2: width, y1: y(max * share), y2: y(max * share) }),
        make('text', { x: left - 8, y: y(max * share) + 4, 'text-anchor': 'end' }, axis(max * share)),
    ]);
    parts.push(make('text', { x: left, y: height - 4 }, clock(from)),
        make('text', { x: width, y: height - 4, 'text-anchor': 'end' }, clock(from + span)));
    lines.forEach((line, index) => {
        const points = known.filter(sample => sample[line] !== null);
        parts.push(make('polyline', {
            class: `line line-${index}`,
            points: points.map(sample => `${x(sample.at).toFixed(1)},${y(sample[line]).toFixed(1)}`).join(' '),
        }));
        const last = points[points.length - 1];
        if (last && lines.length > 1)
            parts.push(make('text', {
                class: `name name-${index}`, x: width - 6, 'text-anchor': 'end',
                y: index === 0 ? y(last[line]) + 15 : Math.max(12, y(last[line]) - 6),
            }, names[line]));
    });
    svg.replaceChildren(...parts);
    const latest = known[known.length - 1];
    svg.setAttribute('aria-label', `${chart.querySelector('h2').textContent}: `
        + lines.map(line => `${names[line]} ${write(latest[line])}`).join(', ') + ' now');
}

function make(name, attributes, text) {
    const element = document.createElementNS(ns, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text !== undefined) element.textContent = text;
    return element;
}

/** The next round number, half of which is one too. */
function niceMax(value) {
    if (value <= 0) return 1;
    const unit = 10 ** Math.floor(Math.log10(value));
    return [1, 2, 3, 4, 6, 8, 10].map(step => step * unit).find(step => step >= value);
}

const clock = at => new Date(at).toLocaleTimeString(
    [], { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
