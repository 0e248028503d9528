/** The list of runs: follows the browser's language, and has a button for the other one. */

/** @import { Language } from "./second.js" */

import { firstLanguage, showLanguage } from "./second.js";

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

const linked = new URLSearchParams(location.hash.slice(1)).get("lang") ?? "";
let language = firstLanguage(linked, root.dataset.lang ?? "");
switcher.type = "button";
switcher.addEventListener("click", () => {
  language = language === "zh" ? "en" : "zh";
  show(language);
});
document.getElementById("tools")?.append(switcher);
show(language);
root.dataset.ready = "1";
