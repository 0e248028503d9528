/** Keyboard shortcuts, and the dialog that lists them. Single letters do nothing while the reader types. */

/** @import { Tree } from "./page.d.ts" */
/** @import { Words } from "./words.js" */

import { readStored, store } from "./theme.js";
import { make } from "./tree.js";

const STORAGE_KEY = "coze-harness-keys";
const KEYS = [
  ["/", "key.search"],
  ["j k", "key.rows"],
  ["n p", "key.failing"],
  ["Enter", "key.open"],
  ["Esc", "key.close"],
  ["1 – 6", "key.tabs"],
  ["d", "key.diff"],
  ["r", "key.raw"],
  ["[ ]", "key.turns"],
  ["c", "key.link"],
  ["t", "key.theme"],
  ["l", "key.language"],
  ["?", "key.help"],
];
const REVIEW = [
  ["j k", "decide.key.next"],
  ["a", "decide.key.accept"],
  ["r", "decide.key.reject"],
  ["e", "decide.key.edit"],
  ["u", "decide.key.undo"],
  ["A", "decide.key.safe"],
  ["d", "decide.key.look"],
  ["i", "decide.key.statistics"],
  ["o", "decide.key.open"],
  ["c", "decide.key.copy"],
];
const FILTERS = [
  ["退货 \"7 天\"", "help.words"],
  ["st:failed,error", "help.st"],
  ["bot:b1 tag:smoke", "help.bot"],
  ["exp:contains code:4013", "help.exp"],
  [">10s <2s >500tok", "help.numbers"],
  ["-tag:zh -word", "help.not"],
];

export class Keys {
  /**
   * @param {Words} words
   * @param {(key: string) => boolean} press does the action of a key; returns false if it has none
   */
  constructor(words, press) {
    this.dialog = /** @type {HTMLDialogElement} */ (words.translate(make(helpTree())));
    document.body.append(this.dialog);
    const box = /** @type {HTMLInputElement} */ (this.dialog.querySelector("input"));
    box.checked = readStored(STORAGE_KEY) !== "off";
    box.addEventListener("change", () => store(STORAGE_KEY, box.checked ? "" : "off"));
    this.dialog.querySelector("button")?.addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog) this.dialog.close();
    });
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
      if (this.dialog.open || isTyping(event.target)) return;
      // The switch is for letters; Esc always works.
      if (!box.checked && event.key !== "Escape") return;
      if (press(event.key)) event.preventDefault();
    });
  }

  /** Show the dialog. */
  help() {
    this.dialog.showModal();
  }
}

/** @param {EventTarget | null} target */
function isTyping(target) {
  return target instanceof HTMLElement && target.matches("textarea, select, [contenteditable], input:not([type=checkbox])");
}

/** @returns {Tree} */
function helpTree() {
  /** @type {(pairs: string[][], tag: string) => Tree} */
  const table = (pairs, tag) => [
    "dl",
    0,
    ...pairs.flatMap(([sign = "", word = ""]) => {
      const signs = tag === "kbd" ? sign.split(" ").map((key) => /** @type {Tree} */ (key === "–" ? " – " : ["kbd", 0, key])) : [/** @type {Tree} */ ([tag, 0, sign])];
      return /** @type {Tree[]} */ ([["dt", 0, ...signs], ["dd", { "data-w": word }]]);
    }),
  ];
  return [
    "dialog",
    { id: "keys", "aria-labelledby": "keys-title" },
    ["h2", { id: "keys-title", "data-w": "help.keys" }],
    table(KEYS, "kbd"),
    ...(document.getElementById("v-compare") ? [/** @type {Tree} */ (["h2", { "data-w": "view.compare" }]), table(REVIEW, "kbd")] : []),
    ["label", 0, ["input", { type: "checkbox" }], " ", ["span", { "data-w": "help.letters" }]],
    ["h2", { "data-w": "help.filter" }],
    table(FILTERS, "code"),
    ["button", { type: "button", "data-w": "help.close" }],
  ];
}
