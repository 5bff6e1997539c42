// The totals of a batch that is over: the server reads all outcomes for them, so only who asks waits.
import { call } from './api.js';
import { count, milliseconds } from './format.js';
import { showProblem } from './notices.js';

let known;

export function startSummary() {
    show();
    document.addEventListener('region:fresh', show);
    document.addEventListener('click', async event => {
        const place = event.target.closest?.('[data-load-summary] button')?.parentElement;
        if (!place) return;
        const button = place.querySelector('button');
        button.disabled = true;
        button.textContent = 'Reading…';
        try {
            known = await call('GET', place.dataset.loadSummary);
        } catch (error) {
            showProblem(error);
        }
        button.disabled = false;
        button.textContent = 'Read latencies and attempts';
        show();
    });
}

function show() {
    for (const place of document.querySelectorAll('[data-load-summary]')) place.hidden = known !== undefined;
    if (!known) return;
    for (const element of document.querySelectorAll('[data-summary]')) {
        const path = element.dataset.summary.split('.');
        const value = path.reduce((of, name) => of?.[name], known);
        element.textContent = path.length > 1 ? milliseconds(value) : count(value);
    }
}
