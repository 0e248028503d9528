/** Shows one answer, or the two of a comparison, as they grew. */

/** @import { PacedAnswer } from "./pace.js" */
/** @import { Tree } from "./page.d.ts" */

import { make } from "./tree.js";

const SPEEDS = [1, 2, 4];
const SIDES = ["decide.before", "decide.now"];

export class Player {
  #frame = 0;
  #position = 0;
  #speed = 1;

  /**
   * @param {PacedAnswer[]} answers one, or those of both sides
   * @param {() => number} clock returns milliseconds
   */
  constructor(answers, clock) {
    this.answers = answers;
    this.clock = clock;
    this.duration = Math.max(...answers.map((answer) => answer.duration));
    const isPair = answers.length > 1;
    // A screen reader must not read an answer again with each word that is added.
    const live = { role: "group", "data-w-label": "playback.label", "aria-live": "off" };
    this.element = make(
      isPair
        ? ["div", { class: "player", ...live }, ["div", { class: "pair" }, ...answers.map((answer, side) => columnOf(answer, SIDES[side] ?? ""))]]
        : ["div", { class: "player msg bot", ...live }, ["span", { class: "who", "data-w": "who.answer" }], textOf()],
    );
    this.controls = make(["span", { class: "meta" }, ["span", { role: "group", "data-w-label": "playback.speed" }, ...SPEEDS.flatMap(speedOf)], ["span", { role: "timer" }]]);
    this.controls.addEventListener("click", ({ target }) => {
      const chosen = /** @type {Element} */ (target).closest("[data-speed]");
      if (chosen) this.#choose(Number(chosen.getAttribute("data-speed")));
    });
    this.#choose(1);
    this.#paint(this.duration);
  }

  /**
   * Play from the beginning. Until then, the answers are shown whole.
   * @param {() => void} onEnd called when all answers are complete
   */
  start(onEnd) {
    let last = this.clock();
    const step = () => {
      const now = this.clock();
      this.#position = Math.min(this.#position + (now - last) * this.#speed, this.duration);
      last = now;
      this.#paint(this.#position);
      if (this.#position < this.duration) this.#frame = requestAnimationFrame(step);
      else onEnd();
    };
    step();
  }

  /** Stop where it is. */
  stop() {
    cancelAnimationFrame(this.#frame);
  }

  /** @param {number} speed */
  #choose(speed) {
    this.#speed = speed;
    for (const one of this.controls.querySelectorAll("[data-speed]")) {
      one.setAttribute("aria-pressed", String(one.getAttribute("data-speed") === String(speed)));
    }
  }

  /** @param {number} position */
  #paint(position) {
    const texts = [...this.element.querySelectorAll(".raw"), this.controls.querySelector("[role=timer]")];
    const shown = [...this.answers.map((answer) => answer.textAt(position)), `${seconds(position)} / ${seconds(this.duration)}`];
    for (const [at, text] of texts.entries()) {
      if (text && text.textContent !== shown[at]) text.textContent = shown[at] ?? "";
    }
  }
}

/**
 * Return a time for people.
 * @param {number} milliseconds
 */
export function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/**
 * @param {number} speed
 * @returns {Tree[]}
 */
function speedOf(speed) {
  return [["button", { type: "button", class: "toggle", "data-speed": String(speed) }, `×${speed}`], " "];
}

/**
 * @param {PacedAnswer} answer
 * @param {string} side the key of the word for its side
 * @returns {Tree}
 */
function columnOf(answer, side) {
  return ["div", 0, ["p", { class: "small" }, ["span", { "data-w": side }], ` · ${seconds(answer.duration)}`], textOf()];
}

/** @returns {Tree} */
function textOf() {
  return ["p", { class: "raw", dir: "auto" }];
}
