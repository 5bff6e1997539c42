// Calls the API as the page's user: with the cookie that the browser has, and the token that only our pages can read.
let session;

async function csrf() {
    session ??= fetch('/session', { headers: { Accept: 'application/json' } })
        .then(response => response.ok ? response.json() : {});
    return (await session).csrf_token;
}

/** What went wrong, with all that is wrong in the request. */
export class ApiProblem extends Error {
    constructor(status, problem) {
        super(problem.detail ?? problem.title ?? `The server answered ${status}.`);
        this.status = status;
        this.errors = problem.errors ?? [];
    }
}

/** @returns The JSON of the answer; null where it has none. */
export async function call(method, path, body, more) {
    const headers = { Accept: 'application/json', ...more };
    const token = await csrf();
    if (token) headers['X-CSRF-Token'] = token;
    if (body !== undefined && !(body instanceof FormData)) {
        headers['Content-Type'] = 'application/json';
        body = JSON.stringify(body);
    }
    let response;
    try {
        response = await fetch(path, { method, headers, body });
    } catch {
        throw new ApiProblem(0, { detail: 'The server cannot be reached. Try again once it can.' });
    }
    return answerOf(response.status, await response.text());
}

/** As call, for what may be large: tells what share of it is sent. fetch cannot. */
export async function upload(path, body, more, onProgress) {
    const token = await csrf();
    const request = new XMLHttpRequest();
    request.open('POST', path);
    request.setRequestHeader('Accept', 'application/json');
    for (const [name, value] of Object.entries(more ?? {})) request.setRequestHeader(name, value);
    if (token) request.setRequestHeader('X-CSRF-Token', token);
    request.upload.addEventListener('progress', event => {
        if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    await new Promise((resolve, reject) => {
        request.addEventListener('load', resolve);
        request.addEventListener('error', () => reject(new ApiProblem(0, {
            detail: 'The server broke off the upload, or cannot be reached.',
        })));
        request.send(body);
    });
    return answerOf(request.status, request.responseText);
}

function answerOf(status, text) {
    const answer = parse(text);
    if (status === 401) location.assign(`/sign-in?return=${encodeURIComponent(here())}`);
    if (status < 200 || status > 299) throw new ApiProblem(status, answer ?? {});
    return answer;
}

const here = () => location.pathname + location.search;

function parse(text) {
    try {
        return text ? JSON.parse(text) : null;
    } catch {
        return null;
    }
}
