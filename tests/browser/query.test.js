import assert from "node:assert/strict";
import { test } from "node:test";

import { entriesOf } from "../../harness/coze_harness/reporting/browser/entries.js";
import { fold, formatQuery, hasValue, matcher, parse, toggleValue } from "../../harness/coze_harness/reporting/browser/query.js";

const ENTRIES = entriesOf({
  trials: [
    ["退货[b1]", "failed", "b1", ["smoke", "zh"], 12.5, 633, 3, ["contains"], "", "regressed", "pf", fold("退货[b1] 答案缺少“7 天” 我要退货")],
    ["退货[b10]", "passed", "b10", ["smoke"], 0.4, 90, 1, [], "", "same", "pp", fold("退货[b10] 我要退货")],
    ["Straße", "error", "My Bot, v2", ["de"], 30, 0, 0, [], "failed 4013", "", "..", fold("Straße Too busy")],
    ["__proto__", "known_failure", "constructor", ["toString", "a,b"], 1, 1000, 2, ["similar", "contains"], "", "", "", fold("__proto__ ÄRGER")],
  ],
});
const STATUSES = new Map([[fold("未通过"), "failed"], ["known failure", "known_failure"]]);

function found(query) {
  return ENTRIES.filter(matcher(parse(query), ENTRIES, STATUSES)).map(({ id }) => id);
}

for (const [query, ids] of [
  ["", ["退货[b1]", "退货[b10]", "Straße", "__proto__"]],
  ["退货", ["退货[b1]", "退货[b10]"]],
  ["退货 缺少", ["退货[b1]"]],
  ['"缺少“7"', ["退货[b1]"]],
  ["“7 天”", ["退货[b1]"]],
  ['"7 天', ["退货[b1]"]],
  ["STRASSE", ["Straße"]],
  ["ärger", ["__proto__"]],
  ["bot:b1", ["退货[b1]"]],
  ["bot:b", ["退货[b1]", "退货[b10]", "Straße"]],
  ["bot：b1", ["退货[b1]"]],
  ["ｂｏｔ：ｂ１", []],
  ['bot:"My Bot, v2"', ["Straße"]],
  ['bot:b1,"my bot, v2"', ["退货[b1]", "Straße"]],
  ["bot:constructor", ["__proto__"]],
  ["tag:toString", ["__proto__"]],
  ["tag:__proto__", []],
  ['tag:"a,b"', ["__proto__"]],
  ["tag:smoke tag:zh", ["退货[b1]"]],
  ["tag:de,zh", ["退货[b1]", "Straße"]],
  ["tag:de，zh", ["退货[b1]", "Straße"]],
  ["-tag:smoke", ["Straße", "__proto__"]],
  ["－tag:smoke", ["Straße", "__proto__"]],
  ["-退货 -\"too busy\"", ["__proto__"]],
  ["st:failed", ["退货[b1]"]],
  ["st:fail", ["退货[b1]", "__proto__"]],
  ["st:known_failure", ["__proto__"]],
  ['st:"known failure"', ["__proto__"]],
  ["st:未通过", ["退货[b1]"]],
  ["status:regressed", ["退货[b1]"]],
  ["exp:contains", ["退货[b1]", "__proto__"]],
  ["code:4013", ["Straße"]],
  [">10s", ["退货[b1]", "Straße"]],
  [">10s <20s", ["退货[b1]"]],
  ["<500ms", ["退货[b10]"]],
  ["＞１０ｓ", ["退货[b1]", "Straße"]],
  [">500tok", ["退货[b1]", "__proto__"]],
  [">1turns", ["退货[b1]", "__proto__"]],
  ["->10s", ["退货[b10]", "__proto__"]],
  [">10parsecs", []],
  ["http://x", []],
  ["bot: -tag:", ["退货[b1]", "退货[b10]", "Straße", "__proto__"]],
  ["(", []],
  ["[b1]", ["退货[b1]"]],
]) {
  test(`${query || "nothing"} finds ${ids.length}`, () => assert.deepEqual(found(query), ids));
}

test("a query written is the query read", () => {
  const letters = [..."ab 退\"“”\\,，:：-－<>＜10s.#&=%\n\u2028", "bot:", "st:", "-", "tag:", "👨‍👩‍👧", "\u0301"];
  let seed = 42;
  const random = (n) => (seed = (seed * 48271) % 2147483647) % n;
  for (let round = 0; round < 20000; round += 1) {
    const text = Array.from({ length: random(12) }, () => letters[random(letters.length)]).join("");
    const terms = parse(text);
    assert.deepEqual(parse(formatQuery(terms)), terms, JSON.stringify([text, formatQuery(terms)]));
  }
});

test("pressing a chip twice leaves the query as it was", () => {
  for (const value of ["failed", "My Bot, v2", 'say "hi"', "a\\b", "-x", "退 货"]) {
    const once = toggleValue("退货 -tag:zh", "bot", value);
    assert.ok(parse(once).some((term) => term.key === "bot" && hasValue(term, value)), once);
    assert.equal(toggleValue(once, "bot", value), "退货 -tag:zh");
  }
  assert.equal(toggleValue("st:failed", "st", "error"), "st:failed,error");
});
