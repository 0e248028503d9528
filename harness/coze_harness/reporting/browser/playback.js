/** Plays streamed answers at the pace at which they arrived: offers it in trials and in cards of a comparison. */

/** @import { PacedAnswer } from "./pace.js" */
/** @import { Report } from "./report.js" */

import { pacedAnswer, pacedSides } from "./pace.js";
import { Player, seconds } from "./player.js";
import { make } from "./tree.js";

/** @typedef {() => PacedAnswer[] | null | Promise<PacedAnswer[] | null>} Reader */

export class Playback {
  #requests = 0;
  // Ends what is playing; null if nothing is.
  /** @type {(() => void) | null} */
  #end = null;

  /**
   * @param {Report} report
   * @param {() => number} clock returns milliseconds
   */
  constructor(report, clock = () => performance.now()) {
    this.report = report;
    this.clock = clock;
    for (const change of elements(document, "#v-compare [data-paced]")) {
      this.#offer(change, ".answer", "playback.both", () => this.#sidesOf(change));
    }
    document.addEventListener("keydown", (event) => this.#press(event), true);
    // These buttons show and hide what is covered while an answer plays.
    document.addEventListener("click", ({ target }) => /** @type {Element} */ (target).closest(".looks") && this.#end?.(), true);
    addEventListener("beforeprint", () => this.#end?.());
  }

  /** End what is playing, and give each turn of the opened trial that can be played a button. */
  refresh() {
    this.#end?.();
    const { article, record } = this.report.pane;
    if (!article || !record) return;
    for (const turn of elements(article, ".turn[data-t]")) {
      const answer = pacedAnswer(record, Number(turn.dataset.t) - 1);
      if (answer) this.#offer(turn, ".msg.bot", "playback.one", () => [answer]);
    }
    for (const change of elements(article, ".change[data-turn]")) {
      const sides = pacedSides(record, Number(change.dataset.turn) - 1);
      if (sides) this.#offer(change, ":scope > :is(.diff, .pair)", "playback.both", () => sides);
    }
  }

  /**
   * Return the two answers to a card's turn; null if the page does not have them.
   * @param {HTMLElement} change
   */
  async #sidesOf({ dataset: { paced = "", turn } }) {
    const { pane, list, head } = this.report;
    const entry = list.byId.get(decodeURIComponent(paced))?.entry;
    const record = entry && entry.at < head.detailed ? (await pane.read(entry))?.[1] : null;
    return record ? pacedSides(record, Number(turn) - 1) : null;
  }

  /**
   * Add a button that plays answers, unless there is one.
   * @param {HTMLElement} area
   * @param {string} covered selects what the player stands in for
   * @param {string} word
   * @param {Reader} read
   */
  #offer(area, covered, word, read) {
    const first = area.querySelector(covered);
    if (!first || area.querySelector(".opener")) return;
    const opener = make(["button", { type: "button", class: "toggle script opener", "data-w": word }]);
    opener.addEventListener("click", () => this.#toggle(opener, word, elements(area, covered), read));
    const facts = area.querySelector(".meta") ?? make(["p", { class: "meta" }]);
    if (!facts.isConnected) first.before(facts);
    facts.append(this.report.words.translate(opener));
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.key !== "Escape" || !this.#end || document.querySelector("dialog[open]")) return;
    // It would close the trial.
    event.preventDefault();
    this.#end();
  }

  /**
   * @param {HTMLElement} opener
   * @param {string} word
   * @param {HTMLElement[]} covered
   * @param {Reader} read
   */
  async #toggle(opener, word, covered, read) {
    const isPlaying = opener.dataset.w !== word;
    const request = ++this.#requests;
    this.#end?.();
    if (isPlaying) return;
    const answers = await read();
    if (request !== this.#requests) return;
    if (answers) this.#play(opener, word, covered, answers);
    else this.report.copier.notify("playback.missing");
  }

  /**
   * @param {HTMLElement} opener
   * @param {string} word
   * @param {HTMLElement[]} covered
   * @param {PacedAnswer[]} answers
   */
  #play(opener, word, covered, answers) {
    const { words, copier } = this.report;
    const player = new Player(answers, this.clock);
    const { element, controls } = player;
    const shown = covered.filter((one) => !one.hidden);
    const height = shown.reduce((sum, one) => sum + one.offsetHeight, 0);
    if (answers.length > 1) dressLike(element, shown[0]);
    shown[0]?.before(words.translate(element));
    opener.after(words.translate(controls));
    for (const one of shown) one.hidden = true;
    // What is around must not move while the answer grows.
    element.style.minHeight = `${Math.max(height, element.offsetHeight)}px`;
    if (answers.length === 1) element.style.width = `${element.offsetWidth}px`;
    const say = (/** @type {string} */ key) => {
      opener.dataset.w = key;
      words.translate(opener);
    };
    say("playback.stop");
    this.#end = () => {
      this.#end = null;
      player.stop();
      if (controls.contains(document.activeElement)) opener.focus();
      element.remove();
      controls.remove();
      for (const one of shown) one.hidden = false;
      say(word);
    };
    player.start(() => {
      this.#end?.();
      const [first = "", second = ""] = answers.map((answer) => seconds(answer.duration));
      copier.notify(second ? "playback.done_both" : "playback.done", { first, second });
    });
  }
}

/**
 * Give an element the look of the texts that it stands in for.
 * @param {HTMLElement} element
 * @param {HTMLElement | undefined} covered
 */
function dressLike(element, covered) {
  const text = covered?.querySelector(".diff") ?? covered;
  if (!covered || !text) return;
  if (covered.matches(".answer")) element.classList.add("answer");
  const { fontSize, lineHeight } = getComputedStyle(text);
  Object.assign(element.style, { fontSize, lineHeight });
  element.lang = text.getAttribute("lang") ?? "";
}

/**
 * @param {ParentNode} root
 * @param {string} selector
 */
function elements(root, selector) {
  return /** @type {HTMLElement[]} */ ([...root.querySelectorAll(selector)]);
}
