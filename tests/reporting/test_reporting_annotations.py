"""Workflow commands: what GitHub reads from them, and what it must not take for one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from builders import error, failed_verdict, key, reply, run, trial, turn
from coze_harness.messages import Catalogue, literal
from coze_harness.model import RequiredPassRate, Run, Severity, TrialResult, TrialStatus, replace
from coze_harness.model.location import Location
from coze_harness.reporting.files.github_actions import (
    MAX_ANNOTATIONS,
    disarm_commands,
    workflow_commands,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from scale import scale_down

# The runner's own reading of a command, and what it undoes in properties and in the message.
_COMMAND = re.compile(r"::(?P<name>[a-z]+) (?P<properties>[^:]*)::(?P<message>.*)")
_PROPERTY = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}


def _undone(text: str) -> str:
    for code, sign in _PROPERTY.items():
        text = text.replace(code, sign)
    return text


def _read(line: str) -> tuple[str, dict[str, str], str]:
    match = _COMMAND.fullmatch(line)
    assert match, line
    properties = dict(item.split("=", 1) for item in match["properties"].split(","))
    return (
        match["name"],
        {name: _undone(value) for name, value in properties.items()},
        _undone(match["message"]),
    )


def _failing(
    name: str = "a",
    status: TrialStatus = TrialStatus.FAILED,
    severity: Severity = Severity.ERROR,
    answer: str = "不知道。",
) -> TrialResult:
    verdict = replace(
        failed_verdict(
            "the answer lacks “北京”.", expected="北京", actual=answer, severity=severity
        ),
        location=Location("scenarios/a,b:c.yaml", 7, 9),
    )
    return trial(
        status, trial_key=key(name), turns=[turn("首都是哪里？", reply(answer), [verdict])]
    )


def _run(results: Sequence[TrialResult], **fields: object) -> Run:
    rates = tuple(
        RequiredPassRate(
            scenario=result.key.scenario, bot=result.key.bot, trials=1, passed=0, required=1.0,
            met=result.status is not TrialStatus.FAILED,
        )
        for result in results
    )  # fmt: skip
    return replace(run(results), **{"pass_rates": rates, **fields})  # type: ignore[arg-type]  # fields of a run


def _commands(
    results: Sequence[TrialResult], prefix: str = "", **fields: object
) -> list[tuple[str, dict[str, str], str]]:
    return [
        _read(line)
        for line in workflow_commands(_run(results, **fields), results, prefix, words=Catalogue())
    ]


def test_a_failed_expectation_is_an_error_at_its_own_place() -> None:
    (command,) = _commands([trial(trial_key=key("good")), _failing()])
    assert command == (
        "error",
        {"file": "scenarios/a,b:c.yaml", "line": "7", "col": "9", "title": "a: contains"},
        "the answer lacks “北京”.\nprompt: 首都是哪里？\nexpected: 北京\nseen: 不知道。",
    )


def test_paths_begin_at_the_repositorys_root() -> None:
    (command,) = _commands([_failing()], "bots/客服")
    assert command[1]["file"] == "bots/客服/scenarios/a,b:c.yaml"
    outside = replace(
        _failing(), key=replace(key("a"), file="../a.yaml"), turns=(), error=error(where="")
    )
    ((_, properties, _),) = _commands([outside], "bots/客服")
    assert properties["file"] == "bots/a.yaml"


def test_what_could_not_be_judged_is_an_error_with_its_next_step() -> None:
    note = replace(
        error(), where="cassettes/a.yaml", next_step=literal("record it: coze-harness record a")
    )
    ((name, properties, message),) = _commands(
        [trial(TrialStatus.ERROR, trial_key=key(), note=note)]
    )
    assert name == "error"
    assert properties["file"] == key().file
    assert properties["line"] == str(key().line)
    assert str(note.what) in message
    assert "coze-harness record a" in message


def test_warnings_and_fixed_known_failures_are_warnings_and_a_known_one_is_left_out() -> None:
    names = [
        (name, properties["title"])
        for name, properties, _ in _commands(
            [
                _failing("a", TrialStatus.PASSED, Severity.WARNING),
                trial(TrialStatus.FIXED, trial_key=key("b"), known_failure="always was"),
                _failing("c", TrialStatus.KNOWN_FAILURE),
                trial(trial_key=key("d"), warnings=["the bot could not be read"]),
            ]
        )
    ]
    assert names == [("warning", "a: contains"), ("warning", "b"), ("warning", "d")]


def test_a_fixed_known_failure_is_an_error_where_that_fails_the_run() -> None:
    fixed = trial(TrialStatus.FIXED, trial_key=key("b"), known_failure="always was")
    (line,) = workflow_commands(_run([fixed]), [fixed], strict_known=True, words=Catalogue())
    assert line.startswith("::error ")


def test_with_a_rate_that_is_met_a_failed_trial_does_not_fail_the_job_and_is_a_warning() -> None:
    met = RequiredPassRate(
        scenario=key().scenario, bot=key().bot, trials=5, passed=4, required=0.8, met=True
    )
    result = replace(_failing(), key=key())
    assert [name for name, *_ in _commands([result], pass_rates=(met,))] == ["warning"]


def test_a_notice_says_how_many_more_there_are_than_github_shows() -> None:
    results = [_failing(f"t{number:02}") for number in range(MAX_ANNOTATIONS + 3)]
    results += [
        _failing(f"w{number:02}", TrialStatus.PASSED, Severity.WARNING)
        for number in range(MAX_ANNOTATIONS + 1)
    ]
    lines = workflow_commands(_run(results), results, words=Catalogue())
    assert sum(line.startswith("::error ") for line in lines) == MAX_ANNOTATIONS
    assert sum(line.startswith("::warning ") for line in lines) == MAX_ANNOTATIONS
    assert lines[-1] == (
        "::notice title=coze-harness::3 more errors and 1 more warning: see the report."
    )


def test_repeats_that_fail_for_one_reason_share_an_annotation() -> None:
    results = [
        replace(result, key=replace(result.key, scenario="a", trial=number))
        for number, result in enumerate((_failing(f"a#{n}", answer=f"第{n}") for n in range(12)), 1)
    ]
    ((level, properties, text),) = _commands(results)
    assert (level, properties["title"]) == ("error", "a#0: contains")
    assert text.endswith("\nThe same failure in 11 other trials.")


def test_the_last_result_of_a_trial_that_ran_again_counts() -> None:
    first = trial(TrialStatus.ERROR, trial_key=key("a"), note=error())
    last = trial(trial_key=key("a"))
    assert workflow_commands(_run([last]), [first, last], words=Catalogue()) == []


_nasty = st.text(
    st.one_of(st.characters(exclude_categories=()), st.sampled_from("%,:\r\n\u2028\x85九🤖[]#=")),
    max_size=40,
)


@given(_nasty, _nasty)
@settings(max_examples=scale_down(150), deadline=None)
def test_no_answer_and_no_name_breaks_out_of_its_command(answer: str, name: str) -> None:
    result = _failing(name or "x", answer=answer)
    (line,) = workflow_commands(_run([result]), [result], words=Catalogue())
    level, properties, message = _read(line)
    assert level == "error"
    assert set(properties) == {"file", "line", "col", "title"}
    assert message.startswith("the answer lacks “北京”.\nprompt: 首都是哪里？\n")


@given(st.lists(st.sampled_from(["::", "##[", "error", " ", "\n", "\t", "a=b", "]", "#"])))
def test_printed_text_holds_no_command(pieces: list[str]) -> None:
    text = disarm_commands("".join(pieces))
    assert "##[" not in text
    assert not any(line.strip().startswith("::") for line in text.split("\n"))


def test_plain_text_is_printed_as_it_is() -> None:
    text = "a::b\n  c: ::d ## [ok]"
    assert disarm_commands(text) == text
