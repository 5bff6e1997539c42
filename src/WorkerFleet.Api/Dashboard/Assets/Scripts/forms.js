// Forms that call the API:
//   <form data-api="POST /api/v1/…" data-done="What to say." data-then="/where/to/go or nothing: stay and refresh">
// Fields that are empty are left out. A field's data-type is number, boolean, list (of words) or numbers; else it is text.
// A button with data-opens="id" opens that <dialog>, where what is destructive is asked once more.
import { call } from './api.js';
import { clearNotices, showNotice, showProblem } from './notices.js';
import { refreshForAWhile } from './refresh.js';

export function startForms() {
    document.addEventListener('submit', event => {
        const form = event.target;
        if (!(form instanceof HTMLFormElement) || !form.dataset.api) return;
        event.preventDefault();
        send(form, event.submitter);
    });
    document.addEventListener('click', event => {
        const button = event.target.closest?.('[data-opens], [data-closes]');
        if (button?.dataset.opens) document.getElementById(button.dataset.opens)?.showModal();
        else if (button) button.closest('dialog')?.close();
    });
}

async function send(form, button) {
    const [method, path] = (button?.dataset.api ?? form.dataset.api).split(' ');
    clearNotices(form);
    if (button) button.disabled = true;
    try {
        const answer = await call(method, path, bodyOf(form));
        form.dispatchEvent(new CustomEvent('api:done', { detail: answer, bubbles: true }));
        form.closest('dialog')?.close();
        if (form.dataset.then) location.assign(form.dataset.then);
        else if (form.dataset.done) showNotice(form.dataset.done);
        refreshForAWhile();
    } catch (error) {
        showProblem(error, form);
    } finally {
        if (button) button.disabled = false;
    }
}

function bodyOf(form) {
    const body = {};
    for (const field of form.elements) {
        if (!field.name || field.disabled || ((field.type === 'checkbox' || field.type === 'radio') && !field.checked))
            continue;
        const value = valueOf(field);
        if (value !== undefined) body[field.name] = value;
    }
    return Object.keys(body).length > 0 ? body : undefined;
}

function valueOf(field) {
    const text = field.value.trim();
    if (text === '') return undefined;
    switch (field.dataset.type) {
        case 'number': return Number(text);
        case 'boolean': return text === 'true';
        case 'list': return text.split(/[\s,]+/);
        case 'numbers': return text.split(/[\s,]+/).map(Number);
        default: return text;
    }
}
