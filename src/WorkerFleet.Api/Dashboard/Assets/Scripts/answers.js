// Says what the API answered, where that depends on the answer: <form data-api="…" data-answer="replayed">.
import { count } from './format.js';
import { showNotice, showProblem } from './notices.js';

const answers = {
    replayed({ replayed, refused, truncated }, form) {
        if (replayed.length > 0)
            showNotice(`Failed rows of ${batches(replayed.length)} run again.${truncated ? more : ''}`);
        else if (refused.length === 0) showNotice('There is nothing left to run again.');
        if (refused.length === 0) return;
        const errors = refused.map(({ batch_id: id, reason }) => `Batch ${id}: ${reason}.`);
        showProblem({ message: errors[0], errors }, form);
    },
    archived: ({ changed, truncated }) => showNotice(`${failures(changed)} archived.${truncated ? more : ''}`),
    opened: ({ changed, truncated }) => showNotice(`${failures(changed)} open again.${truncated ? more : ''}`),
    probed({ healthy, problem }, form) {
        const output = form.querySelector('output');
        output.textContent = healthy ? 'It can take calls.' : `It cannot take calls: ${problem}`;
        output.className = healthy ? 'good' : 'bad';
    },
};

const more = ' There may be more: do it once again.';
const batches = number => number === 1 ? 'one batch' : `${count(number)} batches`;
const failures = number => number === 1 ? 'One failure is' : `${count(number)} failures are`;

export function startAnswers() {
    document.addEventListener('api:done', event => answers[event.target.dataset.answer]?.(event.detail, event.target));
}
