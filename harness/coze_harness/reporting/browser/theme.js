/** The theme: light, dark, or as the system has it. Choices are stored in the browser. */

export const THEMES = ["auto", "light", "dark"];
const STORAGE_KEY = "coze-harness-theme";

/**
 * Return the first theme: the link's, or else the one chosen last.
 * @param {string} linked
 */
export function firstTheme(linked) {
  const theme = linked || readStored(STORAGE_KEY);
  return THEMES.includes(theme) ? theme : "auto";
}

/**
 * Show the page in a theme, and store it for the next page.
 * @param {string} theme
 */
export function applyTheme(theme) {
  if (document.documentElement.dataset.theme === theme) return;
  document.documentElement.dataset.theme = theme;
  store(STORAGE_KEY, theme === "auto" ? "" : theme);
}

/**
 * Return a stored value; "" if there is none or no storage, as for files in some browsers.
 * @param {string} name
 */
export function readStored(name) {
  try {
    return localStorage.getItem(name) ?? "";
  } catch {
    return "";
  }
}

/**
 * @param {string} name
 * @param {string} value "" removes the stored value
 */
export function store(name, value) {
  try {
    if (value) localStorage.setItem(name, value);
    else localStorage.removeItem(name);
  } catch {
    return;
  }
}
