/** Edits an expectation in the page, and judges the stored answers of its scenario by it. */

/** @import { Entry } from "./entries.js" */
/** @import { Tree, TrialRecord } from "./page.d.ts" */
/** @import { Report } from "./report.js" */
/** @import { Stored, Verdict } from "./recorded.js" */

import { readItem, writeItem } from "./item.js";
import { judgeOf } from "./judge.js";
import { NotHereError } from "./nothere.js";
import { answersOf, itemOf, turnsOf } from "./recorded.js";
import { make } from "./tree.js";

/** @typedef {{turn: number, at: number, verdict: Verdict, source: string}} Editable */

const MAX_TRIALS = 100;
const MAX_SHOWN = 50;
const MAX_NAMES = 3;
const MAX_TEXT = 300; // characters of an answer
const MAX_COMMAND = 2000;
// After the last key.
const PAUSE = 150; // milliseconds

export class Playground {
  #number = 0;

  /** @param {Report} report */
  constructor(report) {
    this.report = report;
  }

  /** Give each expectation of the opened trial that can be edited here a button. */
  addButtons() {
    const { article, record } = this.report.pane;
    if (!article || !record || article.querySelector(".try")) return;
    for (const { turn, at } of editable(record)) {
      const place = article.querySelector(`.turn[data-t="${turn + 1}"] li[data-e="${at + 1}"] > p`);
      const opener = make(["button", { type: "button", class: "try quiet", "data-w": "play.edit", "aria-expanded": "false" }]);
      opener.addEventListener("click", () => this.#toggle(opener));
      place?.append(this.report.words.translate(opener));
    }
  }

  /**
   * Open or close the editor of an expectation.
   * @param {HTMLElement} opener
   */
  async #toggle(opener) {
    const { record } = this.report.pane;
    const [item, turn] = [/** @type {HTMLElement | null} */ (opener.closest("li")), /** @type {HTMLElement | null} */ (opener.closest(".turn"))];
    if (!record || !item || !turn) return;
    const opened = item.querySelector(".play");
    opener.setAttribute("aria-expanded", String(!opened));
    if (opened) return opened.remove();
    const [chosen] = editable(record).filter((one) => one.turn + 1 === Number(turn.dataset.t) && one.at + 1 === Number(item.dataset.e));
    if (chosen) await this.#open(item, record, [chosen], chosen);
  }

  /**
   * Open the editor of a card's expectations, the first that fails.
   * @param {HTMLElement | null} card
   */
  async openInCard(card) {
    const place = /** @type {HTMLElement | null | undefined} */ (card?.querySelector(".ed"));
    const link = card?.querySelector('a[href^="#s="]')?.getAttribute("href") ?? "";
    if (!place || place.hidden || place.querySelector(".play")) return;
    const entry = this.report.list.byId.get(decodeURIComponent(/^#s=([^&]*)/.exec(link)?.[1] ?? ""))?.entry;
    const record = entry && (await this.#recordOf(entry));
    if (!record || place.querySelector(".play")) return;
    const all = editable(record);
    const chosen = all.find(({ verdict }) => verdict.status === "failed") ?? all[0];
    if (chosen) await this.#open(place, record, all, chosen);
  }

  /** @param {Entry} entry */
  async #recordOf(entry) {
    if (entry.at >= this.report.head.detailed) return null;
    return (await this.report.pane.read(entry))?.[1] ?? null;
  }

  /**
   * Return the records of the same scenario and case, that of all bots, and how many the page lacks.
   * @param {TrialRecord} record
   * @returns {Promise<[TrialRecord[], number]>}
   */
  async #alike(record) {
    const rows = this.report.list.rows.filter(({ entry }) => entry.id.startsWith(String(record.scenario)));
    const found = [];
    let lacking = Math.max(rows.length - MAX_TRIALS, 0);
    for (const { entry } of rows.slice(0, MAX_TRIALS)) {
      const other = await this.#recordOf(entry);
      if (!other) lacking += 1;
      else if (other.scenario === record.scenario && other.case === record.case) found.push(other);
    }
    return [found.length ? found : [record], lacking];
  }

  /**
   * @param {HTMLElement} place
   * @param {TrialRecord} record
   * @param {Editable[]} all
   * @param {Editable} chosen
   */
  async #open(place, record, all, chosen) {
    const { words, copier } = this.report;
    const id = `play-${++this.#number}`;
    const choice = all.length > 1 ? [/** @type {Tree} */ (["label", 0, ["span", { "data-w": "play.which" }], ["select", 0, ...all.map(optionOf)]])] : [];
    const panel = make([
      "div",
      { class: "ed play", role: "group", "data-w-label": "play.edit" },
      ...choice,
      ["label", 0, ["span", { "data-w": "play.yaml" }], ["textarea", { class: "yaml", spellcheck: "false", "aria-describedby": id }]],
      ["p", { class: "live", id, role: "status" }],
      ["div", { class: "next" }],
      ["ul", { class: "verdicts again", "data-w-label": "play.answers" }],
      ["p", { class: "small lacking" }],
      ["p", { class: "acts" }, ["button", { type: "button", class: "take", "data-w": "decide.copy_yaml" }], " ", ["button", { type: "button", class: "quiet back", "data-w": "play.reset" }], " ", ["code", 0]],
    ]);
    place.prepend(words.translate(panel));
    if (place.matches("li")) place.append(panel);
    const box = /** @type {HTMLTextAreaElement} */ (panel.querySelector("textarea"));
    const select = panel.querySelector("select");
    const [records, lacking] = await this.#alike(record);
    if (lacking) say(panel, ".lacking", "play.lacking", { n: String(lacking) });
    /** @type {Stored[]} */
    let answers = [];
    const choose = (/** @type {Editable} */ one) => {
      chosen = one;
      answers = answersOf(records, one.turn, one.at);
      panel.querySelector(".acts code")?.replaceChildren(one.verdict.location);
      reset();
    };
    const judge = () => {
      showVerdicts(panel, box.value, chosen.source, answers);
      words.translate(panel);
    };
    const reset = () => {
      box.value = chosen.source;
      box.rows = Math.max(2, chosen.source.split("\n").length);
      judge();
    };
    let timer = 0;
    box.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(judge, PAUSE);
    });
    panel.querySelector(".take")?.addEventListener("click", () => copier.copy(box.value));
    panel.querySelector(".back")?.addEventListener("click", reset);
    select?.addEventListener("change", () => choose(all[select.selectedIndex] ?? chosen));
    if (select) select.selectedIndex = all.indexOf(chosen);
    choose(chosen);
    box.focus();
  }
}

/**
 * Return the expectations of a record that can be edited here.
 * @param {TrialRecord} record
 * @returns {Editable[]}
 */
function editable(record) {
  return turnsOf(record).flatMap(({ verdicts }, turn) =>
    verdicts.flatMap((verdict, at) => {
      const item = itemOf(verdict);
      return item === null ? [] : [{ turn, at, verdict, source: writeItem(item) }];
    }),
  );
}

/**
 * @param {Editable} one
 * @returns {Tree}
 */
function optionOf({ turn, source }) {
  const text = source.slice(2).replaceAll("\n", " ");
  return ["option", 0, `${turn + 1}. ${text.length > 80 ? `${text.slice(0, 80)}…` : text}`];
}

/**
 * Judge all answers by a text, and show what came of it.
 * @param {HTMLElement} panel
 * @param {string} source
 * @param {string} original what the run judged by
 * @param {Stored[]} answers
 */
function showVerdicts(panel, source, original, answers) {
  const verdicts = answers.map((stored) => verdictOf(source, original, stored));
  const refused = verdicts.find((one) => one instanceof NotHereError);
  const passed = verdicts.filter((one) => one === true).length;
  const n = String(answers.length);
  panel.querySelector(".next")?.replaceChildren();
  if (refused instanceof NotHereError) {
    say(panel, ".live", refused.word, refused.values);
    const answer = answers[verdicts.indexOf(refused)]?.answer ?? "";
    panel.querySelector(".next")?.append(make(["p", { class: "small" }, ["span", { "data-w": "play.try" }], " ", ["span", { class: "cmd" }, ["code", 0, command(source, answer)], ["button", { type: "button", class: "quiet", "data-do": "code", "data-w": "json.copy" }]]]));
  } else say(panel, ".live", passed === answers.length ? "play.all" : passed ? "play.some" : "play.none", { n, passed: String(passed) });
  panel.querySelector(".again")?.replaceChildren(...answers.slice(0, MAX_SHOWN).map((stored, at) => make(rowOf(stored, verdicts[at]))));
}

/**
 * @param {string} source
 * @param {string} original
 * @param {Stored} stored
 * @returns {boolean | NotHereError}
 */
function verdictOf(source, original, { answer, was }) {
  try {
    const verdict = judgeOf(readItem(source))(answer);
    // Secrets are masked in what is stored: then the run has judged another text.
    if (was === "passed" || was === "failed") {
      if (judgedAs(original, answer) === (was !== "passed")) return new NotHereError("play.stored");
    }
    return verdict;
  } catch (error) {
    if (error instanceof NotHereError) return error;
    throw error;
  }
}

/**
 * @param {string} original
 * @param {string} answer
 */
function judgedAs(original, answer) {
  try {
    return judgeOf(readItem(original))(answer);
  } catch (error) {
    if (error instanceof NotHereError) return null;
    throw error;
  }
}

/**
 * @param {Stored} stored
 * @param {boolean | NotHereError | undefined} verdict
 * @returns {Tree}
 */
function rowOf({ answer, side, names, was }, verdict) {
  const isKnown = typeof verdict === "boolean";
  const status = isKnown ? (verdict ? "passed" : "failed") : "none";
  const more = names.length > MAX_NAMES ? ` +${names.length - MAX_NAMES}` : "";
  const labels = side ? [/** @type {Tree} */ (["span", { class: "tag", "data-w": side }])] : [];
  /** @type {Tree[]} */
  const before = was && was !== status ? [["span", { class: `st ${was}`, "data-w": `status.${was}` }], " → "] : [];
  return [
    "li",
    { class: status },
    ["p", 0, ...before, ["span", { class: `st ${status}`, "data-w": isKnown ? `status.${status}` : "play.not_here" }], " ", ...labels, " ", ["bdi", { class: "soft" }, names.slice(0, MAX_NAMES).join(", ") + more]],
    ["p", { class: "reason", dir: "auto" }, answer.length > MAX_TEXT ? `${answer.slice(0, MAX_TEXT)}…` : answer || "–"],
  ];
}

/**
 * @param {HTMLElement} panel
 * @param {string} place
 * @param {string} word
 * @param {Record<string, string>} values
 */
function say(panel, place, word, values) {
  const element = /** @type {HTMLElement} */ (panel.querySelector(place));
  element.dataset.w = word;
  element.dataset.v = JSON.stringify(values);
}

/**
 * Return the command that judges an answer as a run does.
 * @param {string} source
 * @param {string} answer
 */
function command(source, answer) {
  const item = source.startsWith("- ") ? source.slice(2).replaceAll("\n  ", "\n") : source;
  return `coze-harness try ${quoted(item.trim())} ${answer.length > MAX_COMMAND ? "--file answer.txt" : quoted(answer)}`;
}

/** @param {string} text */
function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
