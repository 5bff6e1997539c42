// Buttons that copy: data-copy has the text, or data-copy-from the id of the element that shows it.
import { showNotice } from './notices.js';

export function startCopy() {
    showButtons(document);
    document.addEventListener('region:fresh', event => showButtons(event.target));
    document.addEventListener('click', async event => {
        const button = event.target.closest?.('[data-copy], [data-copy-from]');
        if (!button) return;
        const text = button.dataset.copy ?? document.getElementById(button.dataset.copyFrom)?.textContent ?? '';
        showNotice(await copy(text) ? 'Copied.' : 'The browser does not let this page copy; select the text instead.');
    });
}

const showButtons = root => {
    for (const button of root.querySelectorAll('[data-copy], [data-copy-from]')) button.hidden = false;
};

/** Over plain HTTP browsers have no clipboard for pages, but still know the old way. */
async function copy(text) {
    try {
        await navigator.clipboard.writeText(text);
        return true;
    } catch {
        const area = document.createElement('textarea');
        const focused = document.activeElement;
        area.value = text;
        document.body.append(area);
        area.select();
        try {
            return document.execCommand('copy');
        } finally {
            area.remove();
            focused?.focus({ preventScroll: true });
        }
    }
}
