/**
 * Patterns of the kind `regex`, in the part of their syntax that means the same in a run.
 * They are not given to the browser's own engine, whose `\d`, `.`, `$` and cases differ, and which no
 * script can stop. This one tries alternatives as a run's engine does, and counts its steps.
 */

import { NotHereError } from "./nothere.js";

/** @typedef {(sign: string) => boolean} Test */
/**
 * A step of a program: `test` one character, go on at either of two places, `hold` at a place between
 * characters, `look` around it with a program of its own.
 * @typedef {{test: Test} | {to: number[]} | {hold: (signs: string[], at: number) => boolean}
 *   | {look: Step[], isBehind: boolean, isNegative: boolean}} Step
 */

// A run's engine does many more in the half second that it has.
const MAX_STEPS = 300_000;
const MAX_PROGRAM = 5_000;
const MAX_DEPTH = 50;

const WORD = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;
/** @type {{[name: string]: RegExp}} */
const CLASSES = { d: /\p{Nd}/u, w: WORD, s: /\p{White_Space}/u };
/** @type {{[name: string]: RegExp}} */
const PROPERTIES = {
  Han: /\p{Script=Han}/u,
  Hiragana: /\p{Script=Hiragana}/u,
  Katakana: /\p{Script=Katakana}/u,
  Hangul: /\p{Script=Hangul}/u,
  Latin: /\p{Script=Latin}/u,
  L: /\p{L}/u,
  Lu: /\p{Lu}/u,
  Ll: /\p{Ll}/u,
  N: /\p{N}/u,
  Nd: /\p{Nd}/u,
  P: /\p{P}/u,
  Z: /\p{Z}/u,
};
/** @type {{[name: string]: string}} */
const ESCAPED = { n: "\n", t: "\t", r: "\r", f: "\f", v: "\v" };
const HAS_CASE = /[\p{Cased}\p{Changes_When_Casemapped}\p{Changes_When_Casefolded}]/u;
const NOT_ASCII = /[^\0-\x7f]/u;

/**
 * Return whether a pattern is found in a text.
 * @param {string} source
 * @param {string} text
 * @param {boolean} ignoresCase
 * @throws {NotHereError} when the answer could be another one in a run
 */
export function isFound(source, text, ignoresCase) {
  const compiler = new Compiler(source, ignoresCase);
  const program = compiler.program();
  const signs = [...text];
  if (compiler.ignoresCase && signs.some(isOtherCase)) throw new NotHereError("play.case");
  const budget = { left: MAX_STEPS };
  return signs.some((_, at) => run(program, signs, at, -1, budget)) || run(program, signs, signs.length, -1, budget);
}

/**
 * @param {Step[]} program
 * @param {string[]} signs
 * @param {number} start
 * @param {number} end where the match must end; -1 for anywhere
 * @param {{left: number}} budget
 */
function run(program, signs, start, end, budget) {
  const stack = [0, start];
  while (stack.length) {
    let at = /** @type {number} */ (stack.pop());
    let place = /** @type {number} */ (stack.pop());
    for (;;) {
      if (--budget.left < 0) throw new NotHereError("play.slow");
      const step = program[place];
      if (!step) {
        if (end < 0 || at === end) return true;
        break;
      }
      if ("test" in step) {
        const sign = signs[at];
        if (sign === undefined || !step.test(sign)) break;
        at += 1;
      } else if ("to" in step) {
        const [next = 0, other] = step.to;
        if (other !== undefined) stack.push(other, at);
        place = next;
        continue;
      } else if ("hold" in step ? !step.hold(signs, at) : looksAround(step, signs, at, budget) === step.isNegative) break;
      place += 1;
    }
  }
  return false;
}

/**
 * @param {{look: Step[], isBehind: boolean}} step
 * @param {string[]} signs
 * @param {number} at
 * @param {{left: number}} budget
 */
function looksAround({ look, isBehind }, signs, at, budget) {
  if (!isBehind) return run(look, signs, at, -1, budget);
  for (let start = at; start >= 0; start--) if (run(look, signs, start, at, budget)) return true;
  return false;
}

class Compiler {
  #at = 0;
  #depth = 0;

  /**
   * @param {string} source
   * @param {boolean} ignoresCase
   */
  constructor(source, ignoresCase) {
    const [flags = "", letters = ""] = /^\(\?([ims]+)\)/.exec(source) ?? [];
    this.signs = [...source.slice(flags.length)];
    this.ignoresCase = ignoresCase || letters.includes("i");
    this.isMultiline = letters.includes("m");
    this.takesAll = letters.includes("s");
  }

  /** Return the whole pattern's program. */
  program() {
    const program = this.#alternatives();
    if (this.#at < this.signs.length) throw refused();
    return program;
  }

  /** @returns {Step[]} */
  #alternatives() {
    if (++this.#depth > MAX_DEPTH) throw refused();
    let all = this.#sequence();
    while (this.#skip("|")) {
      const other = this.#sequence();
      all = limited([{ to: [1, all.length + 2] }, ...moved(all, 1), { to: [all.length + other.length + 2] }, ...moved(other, all.length + 2)]);
    }
    this.#depth -= 1;
    return all;
  }

  /** @returns {Step[]} */
  #sequence() {
    /** @type {Step[]} */
    let all = [];
    for (;;) {
      const sign = this.signs[this.#at];
      if (sign === undefined || sign === "|" || sign === ")") return all;
      this.#at += 1;
      const part = this.#part(sign);
      all = limited([...all, ...moved(part, all.length)]);
    }
  }

  /**
   * @param {string} sign
   * @returns {Step[]}
   */
  #part(sign) {
    const hold = this.#holding(sign);
    const one = hold ? [{ hold }] : sign === "(" ? this.#group() : [{ test: this.#test(sign) }];
    const [first] = one;
    const [least, most] = this.#count();
    if (least === 1 && most === 1) return one;
    if (hold || (first && "look" in first) || most < least || least > 1000 || (most > 1000 && most < Infinity)) throw refused();
    // A lazy one finds a match where a greedy one does. A further sign is an error, or forbids going back.
    this.#skip("?");
    if (/^[*+?{]/.test(this.signs[this.#at] ?? "")) throw refused();
    /** @type {Step[]} */
    let all = [];
    for (let number = 0; number < least; number++) all = limited([...all, ...moved(one, all.length)]);
    const { length } = one;
    if (most === Infinity) return limited([...all, { to: [all.length + 1, all.length + length + 2] }, ...moved(one, all.length + 1), { to: [all.length] }]);
    const end = all.length + (most - least) * (length + 1);
    if (end > MAX_PROGRAM) throw refused();
    for (let number = least; number < most; number++) all = [...all, { to: [all.length + 1, end] }, ...moved(one, all.length + 1)];
    return all;
  }

  /**
   * Return what a sign requires of the place where it stands, if it takes no character.
   * @param {string} sign
   * @returns {((signs: string[], at: number) => boolean) | null}
   */
  #holding(sign) {
    const next = sign === "\\" ? this.signs[this.#at] : "";
    if (next && "AZbB".includes(next)) this.#at += 1;
    if (next === "A" || (sign === "^" && !this.isMultiline)) return (_, at) => at === 0;
    if (next === "Z") return (signs, at) => at === signs.length;
    if (sign === "^") return (signs, at) => at === 0 || signs[at - 1] === "\n";
    if (sign === "$" && this.isMultiline) return (signs, at) => at === signs.length || signs[at] === "\n";
    if (sign === "$") return (signs, at) => at === signs.length || (at === signs.length - 1 && signs[at] === "\n");
    if (next !== "b" && next !== "B") return null;
    const isWord = (/** @type {string | undefined} */ one) => one !== undefined && WORD.test(one);
    return (signs, at) => (isWord(signs[at - 1]) !== isWord(signs[at])) === (next === "b");
  }

  /** @returns {Step[]} */
  #group() {
    const rest = this.signs.slice(this.#at, this.#at + 60).join("");
    const [start = "", look = ""] = /^\?(?::|P<[A-Za-z_]\w*>|(<?[=!]))/.exec(rest) ?? [];
    if (!start && rest.startsWith("?")) throw refused();
    this.#at += start.length;
    const inner = this.#alternatives();
    if (!this.#skip(")")) throw refused();
    return look ? [{ look: inner, isBehind: look.startsWith("<"), isNegative: look.endsWith("!") }] : inner;
  }

  /**
   * Return the least and the most times that the part before may occur.
   * @returns {[number, number]}
   */
  #count() {
    if (this.#skip("*")) return [0, Infinity];
    if (this.#skip("+")) return [1, Infinity];
    if (this.#skip("?")) return [0, 1];
    if (this.signs[this.#at] !== "{") return [1, 1];
    const rest = this.signs.slice(this.#at, this.#at + 20).join("");
    const [whole, least, comma, most] = /^\{(\d*)(,?)(\d*)\}/.exec(rest) ?? [];
    if (!whole || (!least && !most)) throw refused();
    this.#at += whole.length;
    const first = Number(least || 0);
    return [first, comma ? (most ? Number(most) : Infinity) : first];
  }

  /**
   * @param {string} sign
   * @returns {Test}
   */
  #test(sign) {
    if (sign === ".") return this.takesAll ? () => true : (one) => one !== "\n";
    if (sign === "[") return this.#charset();
    if ("*+?{".includes(sign)) throw refused();
    const test = sign === "\\" ? this.#escape() : this.#literal(sign);
    return typeof test === "string" ? this.#cased(this.#literal(test)) : this.#cased(test);
  }

  /** @returns {Test} */
  #charset() {
    const isNegative = this.#skip("^");
    /** @type {Test[]} */
    const tests = [];
    for (;;) {
      const sign = this.signs[this.#at++];
      if (sign === undefined || sign === "[") throw refused();
      if (sign === "]") {
        if (!tests.length) throw refused();
        break;
      }
      const next = this.signs[this.#at];
      if ("-&|~".includes(sign) && next === sign) throw refused();
      const first = sign === "\\" ? this.#escape() : sign;
      const isRange = this.signs[this.#at] === "-" && this.signs[this.#at + 1] !== "]";
      if (typeof first !== "string") {
        if (isRange) throw refused();
        tests.push(first);
      } else if (isRange) {
        this.#at += 1;
        const end = this.signs[this.#at++] ?? "";
        const last = end === "\\" ? this.#escape() : end;
        if (typeof last !== "string" || last === "[" || !last) throw refused();
        tests.push(this.#range(first, last));
      } else tests.push(this.#literal(first));
    }
    const test = this.#cased((one) => tests.some((part) => part(one)));
    return isNegative ? (one) => !test(one) : test;
  }

  /**
   * @param {string} first
   * @param {string} last
   * @returns {Test}
   */
  #range(first, last) {
    const [from, to] = [codeOf(first), codeOf(last)];
    if (from > to) throw refused();
    // Other ranges have letters whose other case is not in them.
    const isSafe = to < 0x80 || (from >= 0x2e80 && to < 0xa4d0);
    if (this.ignoresCase && !isSafe) throw new NotHereError("play.case");
    return (one) => codeOf(one) >= from && codeOf(one) <= to;
  }

  /**
   * @param {string} sign
   * @returns {Test}
   */
  #literal(sign) {
    if (this.ignoresCase && isOtherCase(sign)) throw new NotHereError("play.case");
    return (one) => one === sign;
  }

  /**
   * @param {Test} test
   * @returns {Test}
   */
  #cased(test) {
    return this.ignoresCase ? (one) => test(one) || (one < "\x80" && (test(one.toLowerCase()) || test(one.toUpperCase()))) : test;
  }

  /** Return the character that an escape stands for, or the test of a class. */
  #escape() {
    const sign = this.signs[this.#at++] ?? "";
    const known = CLASSES[sign.toLowerCase()];
    if (known) return sign === sign.toLowerCase() ? within(known) : without(known);
    if (sign === "p" || sign === "P") return this.#property(sign === "P");
    if (ESCAPED[sign]) return ESCAPED[sign];
    const digits = { x: 2, u: 4, U: 8 }[sign];
    if (digits) {
      const code = this.signs.slice(this.#at, this.#at + digits).join("");
      this.#at += digits;
      const point = /^[0-9a-fA-F]+$/.test(code) && code.length === digits ? parseInt(code, 16) : Infinity;
      if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) throw refused();
      return String.fromCodePoint(point);
    }
    if (!/^[ -/:-@[-`{-~]$/.test(sign)) throw refused();
    return sign;
  }

  /** @param {boolean} isNegative */
  #property(isNegative) {
    const [whole = "", name = ""] = /^\{([A-Za-z]+)\}/.exec(this.signs.slice(this.#at, this.#at + 20).join("")) ?? [];
    const known = Object.hasOwn(PROPERTIES, name) ? PROPERTIES[name] : undefined;
    if (!known || (this.ignoresCase && (name === "Lu" || name === "Ll"))) throw refused();
    this.#at += whole.length;
    return isNegative ? without(known) : within(known);
  }

  /** @param {string} sign */
  #skip(sign) {
    const isThere = this.signs[this.#at] === sign;
    if (isThere) this.#at += 1;
    return isThere;
  }
}

function refused() {
  return new NotHereError("play.regex");
}

/** @param {string} sign */
function isOtherCase(sign) {
  return NOT_ASCII.test(sign) && HAS_CASE.test(sign);
}

/** @param {string} sign */
function codeOf(sign) {
  return sign.codePointAt(0) ?? 0;
}

/**
 * @param {RegExp} known
 * @returns {Test}
 */
function within(known) {
  return (one) => known.test(one);
}

/**
 * @param {RegExp} known
 * @returns {Test}
 */
function without(known) {
  return (one) => !known.test(one);
}

/**
 * Return steps as they are after so many others.
 * @param {Step[]} steps
 * @param {number} by
 * @returns {Step[]}
 */
function moved(steps, by) {
  return steps.map((step) => ("to" in step ? { to: step.to.map((place) => place + by) } : step));
}

/** @param {Step[]} steps */
function limited(steps) {
  if (steps.length > MAX_PROGRAM) throw refused();
  return steps;
}
