// Pages of what no stream tells look by the clock: <… data-refresh data-every="5"> each 5 seconds, while somebody looks.
// What a <form data-follow> orders comes soon, but not at once: its page looks a few times behind it.
import { refreshSoon } from './refresh.js';

const pause = 5_000;
const times = 6;
let timer;

export function startFollow() {
    const seconds = Number(document.querySelector('[data-every]')?.dataset.every);
    if (seconds > 0) setInterval(refreshSoon, seconds * 1000);
    document.addEventListener('api:done', event => {
        if (event.target.dataset.follow !== undefined) follow();
    });
}

function follow() {
    clearInterval(timer);
    let left = times;
    timer = setInterval(() => {
        refreshSoon();
        if (--left === 0) clearInterval(timer);
    }, pause);
}
