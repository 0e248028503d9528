/** What of a streamed answer had arrived when. */

/** @import { TrialRecord } from "./page.d.ts" */

import { turnsOf } from "./recorded.js";

/** When, since the prompt or the step before, how many characters arrived. */
/** @typedef {[milliseconds: number, characters: number]} Step */

export class PacedAnswer {
  #characters;
  /** @type {[time: number, count: number][]} */
  #steps = [];

  /**
   * @param {string} answer
   * @param {Step[]} pace at least one step
   */
  constructor(answer, pace) {
    // Code points, as in Python: half a surrogate pair would be shown as a replacement character.
    this.#characters = [...answer];
    let [time, count] = [0, 0];
    for (const [milliseconds, characters] of pace) this.#steps.push([(time += milliseconds), (count += characters)]);
  }

  /** How many milliseconds after the prompt the answer was complete. */
  get duration() {
    return this.#steps.at(-1)?.[0] ?? 0;
  }

  /**
   * Return the part of the answer that had arrived by a time, in milliseconds after the prompt.
   * @param {number} time
   */
  textAt(time) {
    if (time >= this.duration) return this.#characters.join("");
    const step = this.#steps.filter(([at]) => at <= time).at(-1);
    return this.#characters.slice(0, step?.[1] ?? 0).join("");
  }
}

/**
 * Return the answer to a turn, of a record or of its baseline; null if its pace is not known.
 * @param {TrialRecord} record
 * @param {number} turn from 0
 * @param {boolean} isBaseline
 */
export function pacedAnswer(record, turn, isBaseline = false) {
  const { answer, pace } = /** @type {{answer?: string, pace?: Step[]}} */ (turnsOf(record, isBaseline)[turn] ?? {});
  return answer && pace?.length ? new PacedAnswer(answer, pace) : null;
}

/**
 * Return the answers of both sides to a turn; null unless the pace of both is known.
 * @param {TrialRecord} record
 * @param {number} turn from 0
 */
export function pacedSides(record, turn) {
  const [before, now] = [pacedAnswer(record, turn, true), pacedAnswer(record, turn)];
  return before && now ? [before, now] : null;
}
