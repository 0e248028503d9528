"""junit.xml as the servers read it that show it: GitLab, Jenkins."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from collections.abc import Sequence

from builders import failed_verdict, key, reply, run, trial, turn, verdict
from coze_harness.model import TrialResult, TrialStatus
from coze_harness.reporting.files.junit_report import LARGE, PASSED_OUTPUT
from coze_harness.reporting.report_formats import FORMATS


def _cases(results: Sequence[TrialResult]) -> dict[str, ET.Element]:
    out = io.BytesIO()
    FORMATS["junit"].render(run(results), lambda: ((result, b"") for result in results), out)
    root = ET.fromstring(out.getvalue())  # noqa: S314 - ours
    return {case.attrib["name"]: case for case in root.iter("testcase")}


def _passing_trial(name: str, answer: str = "我是<chatchat>。") -> TrialResult:
    return trial(trial_key=key(name), turns=[turn("你是谁?", reply(answer), [verdict()])])


def test_a_passed_trial_has_its_conversation() -> None:
    out = _cases([_passing_trial("a")])["a"].findtext("system-out")
    assert out == "prompt: 你是谁?\nanswer: 我是<chatchat>。"


def test_what_a_passed_trial_says_is_short() -> None:
    out = _cases([_passing_trial("a", "九" * 5_000)])["a"].findtext("system-out")
    assert out is not None
    assert len(out) == PASSED_OUTPUT


def test_a_large_run_says_it_only_of_what_did_not_pass() -> None:
    failed = trial(
        TrialStatus.FAILED,
        trial_key=key("bad"),
        turns=[turn("?", reply("!"), [failed_verdict("no")])],
    )
    results = [_passing_trial(f"t{number}") for number in range(LARGE)]
    assert _cases(results)["t0"].find("system-out") is not None
    cases = _cases([*results, failed])
    assert len(cases) == LARGE + 1
    assert [name for name, case in cases.items() if case.find("system-out") is not None] == []
    assert "prompt:   ?" in (cases["bad"].findtext("failure") or "")
    assert cases["t0"].find("properties") is not None


def test_the_reason_of_a_known_failure_is_in_the_text_too_which_is_all_that_gitlab_shows() -> None:
    known = trial(
        TrialStatus.KNOWN_FAILURE,
        trial_key=key("a"),
        turns=[turn("?", reply("!"), [failed_verdict("the answer lacks 九.")])],
        known_failure="the model cannot count",
    )
    skipped = _cases([known])["a"].find("skipped")
    assert skipped is not None
    assert skipped.text is not None
    assert skipped.text.startswith("Known failure: the model cannot count\n")
    assert "the answer lacks 九." in skipped.text


def test_no_answer_names_a_file_that_gitlab_would_attach() -> None:
    answer = "[[ATTACHMENT|/etc/passwd]]"
    failed = trial(
        TrialStatus.FAILED,
        trial_key=key("b"),
        turns=[turn("?", reply(answer), [failed_verdict("no")])],
    )
    for case in _cases([_passing_trial("a", answer), failed]).values():
        out = case.findtext("system-out") or case.findtext("failure")
        assert out is not None
        assert "ATTACHMENT" in out
        assert "[[ATTACHMENT|" not in out
