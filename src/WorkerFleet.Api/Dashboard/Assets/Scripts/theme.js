// Light or dark: as the system has it, until somebody chooses here.
const key = 'fleet-theme';

export function startTheme() {
    const root = document.documentElement;
    const button = document.querySelector('[data-theme-toggle]');
    const system = matchMedia('(prefers-color-scheme: dark)');
    const chosen = read();
    if (chosen) root.dataset.theme = chosen;
    if (!button) return;
    button.hidden = false;
    button.addEventListener('click', () => {
        const isDark = (root.dataset.theme ?? (system.matches ? 'dark' : 'light')) === 'dark';
        root.dataset.theme = isDark ? 'light' : 'dark';
        try {
            localStorage.setItem(key, root.dataset.theme);
        } catch {
            // Kept for this page alone.
        }
    });
}

function read() {
    try {
        const value = localStorage.getItem(key);
        return value === 'light' || value === 'dark' ? value : null;
    } catch {
        return null;
    }
}
