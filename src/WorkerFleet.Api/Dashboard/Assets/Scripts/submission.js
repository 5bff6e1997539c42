// The form of the page Submit: previews and submits a file, or one that is named, with the options that are filled in.
import { ApiProblem, call, upload } from './api.js';
import { clearNotices, showProblem } from './notices.js';
import { showPreview } from './preview.js';

/** As much as the server looks at for a preview. */
const previewBytes = 1024 * 1024;

let attempt = newKey();

export function startSubmission() {
    const form = document.querySelector('[data-submission]');
    if (!form) return;
    // What is submitted again after it was changed is another batch; after an answer got lost it is the same one.
    form.addEventListener('input', () => { attempt = newKey(); });
    form.addEventListener('submit', event => {
        event.preventDefault();
        send(form, event.submitter?.name === 'submit' ? 'submit' : 'preview');
    });
}

async function send(form, what) {
    clearNotices(form);
    clearFields(form);
    const buttons = [...form.querySelectorAll('button')];
    const working = form.querySelector('[data-working]');
    buttons.forEach(button => { button.disabled = true; });
    working.textContent = what === 'preview' ? 'Looking at the first rows…' : 'Submitting…';
    try {
        const answer = await (what === 'preview'
            ? post(form, '/api/v1/batches/preview', previewBytes)
            : post(form, '/api/v1/batches', Infinity, { 'Idempotency-Key': attempt }));
        if (what === 'submit') return location.assign(`/batches/${answer.batch_id}`);
        showPreview(form, answer);
        if (answer.problems.length > 0) showMistakes(form, answer.problems);
    } catch (error) {
        if (!(error instanceof ApiProblem)) throw error;
        showMistakes(form, error.errors.length > 0 ? error.errors : [error.message]);
    } finally {
        buttons.forEach(button => { button.disabled = false; });
        working.textContent = '';
        form.querySelector('[data-upload]').hidden = true;
    }
}

function post(form, path, most, headers) {
    const file = form.elements.source.files[0];
    const address = form.elements.address?.value.trim();
    if (!file && !address) throw new ApiProblem(400, { detail: 'source: choose a file' });
    if (file && address) throw new ApiProblem(400, { detail: 'source: choose a file or name one, not both' });
    const options = optionsOf(form);
    if (address) return call('POST', path, { source: address, options: Object.fromEntries(options) }, headers);
    const body = new FormData();
    for (const [name, value] of options) body.append(name, value);
    // The last part: the server reads it as it comes.
    body.append('source', file.slice(0, Math.min(most, file.size)), file.name);
    const progress = form.querySelector('[data-upload]');
    return upload(path, body, headers, share => {
        progress.hidden = share === 1;
        progress.value = share;
    });
}

/** What is filled in, of what belongs to the kind of input that is chosen. */
function optionsOf(form) {
    const kind = form.elements.kind.value;
    return [...form.elements]
        .filter(field => field.name && field.type !== 'file' && field.tagName !== 'BUTTON'
            && !['kind', 'address'].includes(field.name) && field.value.trim() !== '')
        .filter(field => !['prompt', 'template'].includes(field.name) || field.name === kind)
        .map(field => [field.name, field.value.trim()]);
}

/** At their fields, as far as they begin with a field's name; the others together. */
function showMistakes(form, mistakes) {
    const others = [];
    let first;
    for (const mistake of mistakes) {
        const [, label, kind] = /^(?:([a-z-]+):|The (prompt|template)\b)/.exec(mistake) ?? [];
        const name = label ?? kind;
        const field = name && form.querySelector(`#${CSS.escape(name)}`);
        if (!field) {
            others.push(mistake);
            continue;
        }
        const text = document.createElement('span');
        text.className = 'error';
        text.id = `${name}-error`;
        text.textContent = label ? mistake.slice(label.length + 1).trim() : mistake;
        field.setAttribute('aria-invalid', 'true');
        field.dataset.described = field.getAttribute('aria-describedby') ?? '';
        field.setAttribute('aria-describedby', `${text.id} ${field.dataset.described}`.trim());
        field.after(text);
        const details = field.closest('details');
        if (details) details.open = true;
        first ??= field;
    }
    if (others.length > 0) showProblem({ message: others[0], errors: others }, form);
    first?.focus();
}

function clearFields(form) {
    form.querySelectorAll('.field > .error').forEach(text => text.remove());
    for (const field of form.querySelectorAll('[aria-invalid]')) {
        field.removeAttribute('aria-invalid');
        if (field.dataset.described) field.setAttribute('aria-describedby', field.dataset.described);
        else field.removeAttribute('aria-describedby');
    }
}

function newKey() {
    return [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('');
}
