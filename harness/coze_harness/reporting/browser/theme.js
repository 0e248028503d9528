/** Light, dark, or as the reader's system has it. */

export const THEMES = ["auto", "light", "dark"];
const KEPT = "coze-harness-theme";

/**
 * Return the theme to begin with: the link's, else the one chosen last.
 * @param {string} linked
 */
export function firstTheme(linked) {
  const theme = linked || kept(KEPT);
  return THEMES.includes(theme) ? theme : "auto";
}

/**
 * Show the page in a theme, and keep it for the next page.
 * @param {string} theme
 */
export function wear(theme) {
  if (document.documentElement.dataset.theme === theme) return;
  document.documentElement.dataset.theme = theme;
  keep(KEPT, theme === "auto" ? "" : theme);
}

/**
 * Return what was kept under a name; storage may be absent, as for files in some browsers.
 * @param {string} name
 */
export function kept(name) {
  try {
    return localStorage.getItem(name) ?? "";
  } catch {
    return "";
  }
}

/**
 * @param {string} name
 * @param {string} value "" forgets
 */
export function keep(name, value) {
  try {
    if (value) localStorage.setItem(name, value);
    else localStorage.removeItem(name);
  } catch {
    return;
  }
}
