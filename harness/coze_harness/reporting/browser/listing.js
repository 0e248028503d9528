/** The list of runs: follows the browser's language and theme, and has a button for each. */

/** @import { Language } from "./second.js" */

import { firstLanguage, showLanguage } from "./second.js";
import { THEMES, applyTheme, firstTheme } from "./theme.js";

const root = document.documentElement;
const written = root.lang === "zh-CN" ? "zh" : "en";
const switcher = document.createElement("button");

/** @param {Language} language */
function show(language) {
  root.lang = language === "zh" ? "zh-CN" : "en";
  for (const element of document.querySelectorAll("[data-second], [data-second-label], [data-second-title]")) {
    showLanguage(element, language, written);
  }
  switcher.textContent = language === "zh" ? "English" : "中文";
}

const link = new URLSearchParams(location.hash.slice(1));
const linked = link.get("lang") ?? "";
let theme = firstTheme(link.get("theme") ?? "");
applyTheme(theme);
const shade = document.createElement("button");
shade.type = "button";
shade.textContent = "◐";
shade.setAttribute("aria-label", root.dataset.themeLabel ?? "");
shade.dataset.secondLabel = root.dataset.secondThemeLabel ?? "";
shade.addEventListener("click", () => {
  theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "auto";
  applyTheme(theme);
});
let language = firstLanguage(linked, root.dataset.lang ?? "");
switcher.type = "button";
switcher.addEventListener("click", () => {
  language = language === "zh" ? "en" : "zh";
  show(language);
});
document.getElementById("tools")?.append(switcher, shade);
show(language);
root.dataset.ready = "1";
