/** Starts the script: reads the data in the page and takes the page over. Without it, the page stays as it is written. */

/** @import { Head, Index } from "./page.d.ts" */

import { elementById } from "./focus.js";
import { entriesOf } from "./entries.js";
import { PackedParts, errorWord } from "./packed.js";
import { Report } from "./report.js";
import { make } from "./tree.js";
import { firstLanguage } from "./second.js";
import { Words } from "./words.js";

/**
 * Show an error in the page; everything that is written in the page stays and can be read.
 * @param {Head} head
 * @param {string} word
 */
function showError(head, word) {
  const words = new Words(head);
  words.language = firstLanguage("", head.lang);
  delete document.documentElement.dataset.on;
  elementById("filter").replaceChildren(words.translate(make(["p", { class: "note error", role: "alert", "data-w": word }])));
}

/** Take the page over. */
async function start() {
  const head = /** @type {Head} */ (JSON.parse(elementById("head").textContent ?? ""));
  document.documentElement.dataset.on = "1";
  try {
    const index = /** @type {Index} */ (await new PackedParts().read("index"));
    await new Report(head, entriesOf(index)).start();
  } catch (error) {
    showError(head, errorWord(error));
  }
  document.documentElement.dataset.ready = "1";
}

start();
