// The totals of a batch that is over: the server reads all outcomes for them, so only who asks waits.
import { call } from './api.js';
import { accuracy, count, milliseconds } from './format.js';
import { showProblem } from './notices.js';

const formats = { accuracy, count, milliseconds };
let known;

export function startSummary() {
    show();
    document.addEventListener('region:fresh', show);
    document.addEventListener('click', async event => {
        const place = event.target.closest?.('[data-load-summary] button')?.parentElement;
        if (!place) return;
        const button = place.querySelector('button');
        const label = button.textContent;
        button.disabled = true;
        button.textContent = 'Reading…';
        try {
            known = await call('GET', place.dataset.loadSummary);
        } catch (error) {
            showProblem(error);
        }
        button.disabled = false;
        button.textContent = label;
        show();
    });
}

function show() {
    for (const place of document.querySelectorAll('[data-load-summary]')) place.hidden = known !== undefined;
    if (!known) return;
    for (const element of document.querySelectorAll('[data-summary]')) {
        const value = element.dataset.summary.split('.').reduce((of, name) => of?.[name], known);
        element.textContent = formats[element.dataset.as](value);
    }
}
