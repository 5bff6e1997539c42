// What the first rows would become, as the server answered it.
export function showPreview(form, preview) {
    const panel = document.getElementById('preview');
    panel.querySelector('tbody').replaceChildren(...preview.rows.map(rowOf));
    panel.querySelector('.scroll').hidden = preview.rows.length === 0;
    panel.querySelector('[data-columns]').replaceChildren(...columnsOf(form, preview));
    panel.hidden = false;
    if (preview.problems.length === 0) panel.querySelector('h2').focus();
}

function columnsOf(form, preview) {
    if (preview.columns.length === 0)
        return [preview.format ? `${preview.format}, without columns known beforehand` : 'The source cannot be read.'];
    const buttons = preview.columns.map(column => {
        const button = document.createElement('button');
        button.type = 'button';
        button.className = 'chip';
        button.textContent = column;
        button.title = `Put {{${column}}} into what the agent gets`;
        button.addEventListener('click', () => insert(form, column));
        return button;
    });
    return [`${preview.format}, with the columns `, ...buttons];
}

function insert(form, column) {
    const kind = form.elements.kind.value;
    const field = form.elements[kind === 'template' ? 'template' : 'prompt'];
    if (kind === 'row') form.elements.kind.value = 'prompt';
    field.setRangeText(`{{${column}}}`, field.selectionStart, field.selectionEnd, 'end');
    field.dispatchEvent(new Event('input', { bubbles: true }));
    field.focus();
}

function rowOf(row) {
    const line = document.createElement('tr');
    const head = cell('th', 'number', String(row.row));
    head.scope = 'row';
    const input = document.createElement('td');
    const text = document.createElement(row.problem ? 'span' : 'pre');
    text.textContent = row.problem ?? JSON.stringify(row.input);
    if (row.problem) text.toggleAttribute('data-warn', true);
    input.append(text);
    line.append(head, cell('td', '', row.id ?? '–'), cell('td', '', row.agent ?? '–'), input);
    return line;
}

function cell(name, style, text) {
    const element = document.createElement(name);
    element.className = style;
    element.textContent = text;
    return element;
}
