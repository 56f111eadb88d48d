// Light or dark, before the page is painted: a classic script in the head, so that nobody sees the other one flash by.
(() => {
  const KEY = 'clayroom-theme';
  const root = document.documentElement;

  /** @param {string} theme */
  const show = (theme) => { root.dataset.theme = theme; };

  try {
    const kept = localStorage.getItem(KEY);
    if (kept === 'light' || kept === 'dark') show(kept);
  } catch {
    // Storage is shut: the system's choice stands.
  }

  document.addEventListener('click', (event) => {
    if (!(event.target instanceof Element) || !event.target.closest('[data-theme-switch]')) return;
    const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    const next = dark ? 'light' : 'dark';
    show(next);
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // It holds for this page only.
    }
  });
})();
