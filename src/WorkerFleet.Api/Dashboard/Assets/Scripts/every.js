// Pages of what no stream tells look by the clock: <… data-refresh data-every="5">, in seconds, while somebody looks.
import { refreshSoon } from './refresh.js';

export function startEvery() {
    const seconds = Number(document.querySelector('[data-every]')?.dataset.every);
    if (seconds > 0) setInterval(refreshSoon, seconds * 1000);
}
