/** Begins: reads what Python left in the page, and takes it over. Without that, the page stays as it is written. */

/** @import { Head, Index } from "./page.d.ts" */

import { held } from "./arriving.js";
import { entriesOf } from "./entries.js";
import { Packed, unreadable } from "./packed.js";
import { Report } from "./report.js";
import { make } from "./tree.js";
import { Words, firstLanguage } from "./words.js";

/**
 * Say in the page what is wrong with it; everything that is written in it stays and can be read.
 * @param {Head} head
 * @param {string} word
 */
function admit(head, word) {
  const words = new Words(head);
  words.language = firstLanguage("", head.lang);
  delete document.documentElement.dataset.on;
  held("filter").replaceChildren(words.put(make(["p", { class: "note error", role: "alert", "data-w": word }])));
}

/** Take the page over. */
async function begin() {
  const head = /** @type {Head} */ (JSON.parse(held("head").textContent ?? ""));
  document.documentElement.dataset.on = "1";
  try {
    const index = /** @type {Index} */ (await new Packed().read("index"));
    await new Report(head, entriesOf(index)).start();
  } catch (error) {
    admit(head, unreadable(error));
  }
  document.documentElement.dataset.ready = "1";
}

begin();
