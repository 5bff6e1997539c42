// Regions that the server renders, <div id="…" data-refresh>, fetched anew with the whole page when something changed:
// at most each 5 s, only while somebody looks, and not under the hands of who types or selects in them.
import { localTimes } from './format.js';

const pause = 5_000;
let last = performance.now();
const rendered = new WeakMap();
let timer;
let wanted = false;
let until = 0;

export function startRefresh() {
    document.addEventListener('visibilitychange', () => {
        if (!document.hidden && wanted) refreshSoon();
    });
}

/** Refreshes now and for a while: an order is carried out a moment after it was given. */
export function refreshForAWhile() {
    until = performance.now() + 15_000;
    last = -pause;
    refreshSoon();
}

/** Refreshes the regions of the page, now or as soon as they may be. */
export function refreshSoon() {
    if (!document.querySelector('[data-refresh]')) return;
    wanted = true;
    if (document.hidden || timer) return;
    timer = setTimeout(refresh, Math.max(300, last + pause - performance.now()));
}

async function refresh() {
    last = performance.now();
    wanted = false;
    try {
        const response = await fetch(location.href, { headers: { Accept: 'text/html' } });
        // The key has ended: this is the page to sign in.
        if (response.redirected) location.assign(response.url);
        else if (response.ok) swap(await response.text());
    } catch {
        // Out of reach for now: the page keeps what it has.
    } finally {
        timer = undefined;
        if (wanted || performance.now() < until) refreshSoon();
    }
}

function swap(html) {
    const next = new DOMParser().parseFromString(html, 'text/html');
    for (const region of document.querySelectorAll('[data-refresh]')) {
        const fresh = next.getElementById(region.id);
        if (!fresh || isBusy(region)) continue;
        // Compared as they came, since times are written anew here and values are live.
        if (rendered.get(region) === fresh.innerHTML) continue;
        rendered.set(region, fresh.innerHTML);
        replace(region, fresh);
    }
}

function replace(region, fresh) {
    const path = pathTo(document.activeElement, region);
    const scrolls = [...region.querySelectorAll('.scroll')].map(each => each.scrollLeft);
    region.replaceChildren(...fresh.childNodes);
    localTimes(region);
    region.querySelectorAll('.scroll').forEach((each, index) => { each.scrollLeft = scrolls[index] ?? 0; });
    path?.reduce((element, index) => element?.children[index], region)?.focus({ preventScroll: true });
    region.dispatchEvent(new CustomEvent('region:fresh', { bubbles: true }));
}

function isBusy(region) {
    const active = document.activeElement;
    if (region.contains(active) && active.matches('input, select, textarea')) return true;
    if (region.querySelector('dialog[open]')) return true;
    const selection = getSelection();
    return selection.type === 'Range' && region.contains(selection.anchorNode);
}

/** The place of an element among its siblings, on each level down from the region. */
function pathTo(element, region) {
    if (!element || element === region || !region.contains(element)) return null;
    const path = [];
    for (let each = element; each !== region; each = each.parentElement)
        path.unshift([...each.parentElement.children].indexOf(each));
    return path;
}
