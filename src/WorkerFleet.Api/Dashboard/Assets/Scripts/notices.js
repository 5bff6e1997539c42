// Says what came of things, in the regions that are read out.

/** @param {Element} [near] A form with a place for problems of its own: [data-problem]. */
export function showProblem(error, near) {
    const region = near?.querySelector('[data-problem]') ?? document.getElementById('problem');
    const errors = error.errors?.length > 1 ? error.errors : [];
    const text = document.createElement('p');
    text.textContent = errors.length > 0 ? `${errors.length} things are wrong:` : error.message;
    const list = document.createElement('ul');
    list.append(...errors.map(each => {
        const item = document.createElement('li');
        item.textContent = each;
        return item;
    }));
    region.replaceChildren(text, ...(errors.length > 0 ? [list] : []));
    region.hidden = false;
    region.scrollIntoView({ block: 'nearest' });
}

export function showNotice(message) {
    const region = document.getElementById('notice');
    region.textContent = message;
    region.hidden = false;
}

export function clearNotices(near) {
    for (const region of [document.getElementById('problem'), document.getElementById('notice'),
        near?.querySelector('[data-problem]')])
        if (region) {
            region.replaceChildren();
            region.hidden = true;
        }
}
