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
export async function call(method, path, body) {
    const headers = { Accept: 'application/json' };
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
    const text = await response.text();
    const answer = parse(text);
    if (response.status === 401) location.assign(`/sign-in?return=${encodeURIComponent(here())}`);
    if (!response.ok) throw new ApiProblem(response.status, answer ?? {});
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
