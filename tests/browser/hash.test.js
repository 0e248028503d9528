import assert from "node:assert/strict";
import { test } from "node:test";

import { linkable, readHash, writeHash } from "../../harness/coze_harness/reporting/browser/hash.js";

const NOTHING = { view: "overview", query: "", sort: "", trial: "", turn: 0, expectation: 0, tab: "chat", card: "", lang: "", theme: "" };

test("no hash is the beginning", () => {
  for (const hash of ["", "#", "#list", "#=", "#&&&", "#v=", "#v=nonsense", "#tab=__proto__", "#t=3"]) {
    assert.deepEqual({ ...readHash(hash), turn: 0 }, NOTHING, hash);
  }
});

test("every part of a link is read", () => {
  const link = "#v=trials&q=%E9%80%80%E8%B4%A7&st=failed,error&bot=b1&tag=smoke&sort=-seconds&s=refund%23b1&t=2&e=3&tab=diff&lang=zh&theme=dark";
  assert.deepEqual(readHash(link), {
    view: "trials",
    query: "退货 st:failed,error bot:b1 tag:smoke",
    sort: "-seconds",
    trial: "refund#b1",
    turn: 2,
    expectation: 3,
    tab: "diff",
    card: "",
    lang: "zh",
    theme: "dark",
  });
  assert.equal(writeHash(readHash(link)), link);
});

test("a trial or a filter alone stands over the list", () => {
  assert.equal(readHash("#s=a").view, "trials");
  assert.equal(readHash("#st=failed").view, "trials");
});

test("a scenario alone stands in the comparison, and the page's home is not written", () => {
  assert.equal(readHash("#c=refund%20days").card, "refund days");
  assert.equal(readHash("#c=refund").view, "compare");
  assert.equal(readHash("", "compare").view, "compare");
  assert.equal(writeHash(readHash("", "compare"), "compare"), "");
  assert.equal(writeHash({ ...NOTHING, view: "compare" }), "#v=compare");
});

test("broken escapes, turns that are no numbers and commas in names do no harm", () => {
  assert.equal(readHash("#s=%E0%A4%A").trial, "%E0%A4%A");
  assert.equal(readHash("#s=a&t=-1").turn, 0);
  assert.equal(readHash("#s=a&t=1e9").turn, 0);
  assert.equal(readHash("#s=a&t=99999999").turn, 0);
  assert.equal(readHash("#s=a=b&c").trial, "a=b");
  assert.equal(readHash("#tag=a%2Cb,c").query, 'tag:"a,b",c');
});

test("what is written is read again", () => {
  const ids = ["a", "__proto__", "../../x", "100%", "a&b=c#d", "退货[上海, 北京]", "s=__proto__&tab=json", "\u2028", "\ud83d", "' \" <", "a/b:c", "+ +"];
  for (const trial of ids) {
    for (const query of ["", "退货 st:failed", '"a b" -tag:x', 'bot:"x y" tag:"a,b",c', "100% & #"]) {
      for (const view of ["overview", "trials", "matrix"]) {
        const state = { view, query, sort: "-name", trial, turn: 2, expectation: 1, tab: "json", card: "", lang: "en", theme: "light" };
        assert.deepEqual(readHash(writeHash(state)), { ...state, trial: linkable(trial) }, JSON.stringify(state));
      }
    }
  }
});

test("what is as at the beginning is not written", () => {
  assert.equal(writeHash(NOTHING), "");
  assert.equal(writeHash({ trial: "a", turn: 0, expectation: 4, tab: "chat" }), "#s=a");
});
