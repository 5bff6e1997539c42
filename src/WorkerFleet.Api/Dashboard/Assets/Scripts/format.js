// How values are written; Format.cs has the same rules.
const none = '–';
const unreported = 'not reported';
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

const cents = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

export const count = value => value == null ? none : whole.format(value);

export function percent(part, of) {
    if (!of) return none;
    if (part === of) return '100 %';
    if (part === 0) return '0 %';
    return `${Math.min(99, Math.max(1, Math.round(100 * part / of)))} %`;
}

export function rate(value) {
    if (value == null) return none;
    return `${value >= 100 ? whole.format(value) : value.toFixed(1)}/s`;
}

export function duration(seconds) {
    if (seconds == null) return none;
    const s = Math.floor(seconds);
    if (s >= 86400) return units(Math.floor(s / 86400), 'd', Math.floor(s / 3600) % 24, 'h');
    if (s >= 3600) return units(Math.floor(s / 3600), 'h', Math.floor(s / 60) % 60, 'min');
    if (s >= 60) return units(Math.floor(s / 60), 'min', s % 60, 's');
    if (s >= 10) return `${s} s`;
    if (seconds >= 1) return `${Number(seconds.toFixed(1))} s`;
    return `${Math.round(seconds * 1000)} ms`;
}

/** To a cent from a dollar on: $12.30, $0.0042. */
export function usd(value) {
    if (value == null) return unreported;
    if (value === 0) return '$0';
    if (value < 0.0001) return 'under $0.0001';
    return value < 1 ? `$${Number(value.toFixed(4))}` : `$${cents.format(value)}`;
}

export const tokens = usage => usage?.input_tokens || usage?.output_tokens
    ? `${count(usage.input_tokens)} in, ${count(usage.output_tokens)} out`
    : unreported;

/** Of the rows that were answered. What was not is among the rows that failed. */
export const accuracy = found => found?.score == null
    ? none
    : `${percent(found.correct, found.correct + found.wrong)}: ${count(found.correct)} right, ${count(found.wrong)} wrong`;

const units = (large, unit, small, smaller) =>
    small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${smaller}`;

export const milliseconds = value => duration(value == null ? null : value / 1000);

/** CompletedWithFailures: 'completed with failures'. */
export const words = name => name.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').replaceAll('_', ' ').toLowerCase();

/** Instants come in UTC; people live somewhere. The whole instant stays in the title. */
export function localTimes(root) {
    const today = new Date().toDateString();
    for (const element of root.querySelectorAll('time[datetime]:not([title])')) {
        const at = new Date(element.dateTime);
        if (Number.isNaN(at.getTime())) continue;
        element.title = element.textContent.trim();
        const time = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' };
        element.textContent = at.toDateString() === today
            ? at.toLocaleTimeString([], time)
            : at.toLocaleString([], { year: 'numeric', month: 'short', day: 'numeric', ...time, second: undefined });
    }
}
