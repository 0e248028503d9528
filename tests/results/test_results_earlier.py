"""What a bot answered in earlier runs: distinct, bounded, and read only where something changed."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from builders import key, reply, trial, turn
from coze_harness.model import Mode, Run, Summary, TrialRow, TrialStatus, replace
from coze_harness.results import (
    EarlierAnswers,
    encode_trial,
    read_earlier_answers,
    with_history,
    write_run,
)
from coze_harness.results.earlier_answers import MAX_ANSWERS, MAX_TURNS
from coze_harness.results.run_history import MAX_PREVIOUS_RUNS
from earlier_runs import FAILED, PASSED, add_run, add_runs, outcome, result_of


def texts(answers: Mapping[str, EarlierAnswers], name: str = "a") -> list[tuple[str, str]]:
    """The runs and answers of a trial, each turn's after the other, the newest first."""
    return [
        (f"{one.past + 1} {one.status.value}", " ".join(part.answer for part in one.turns))
        for one in (answers[name].answers if name in answers else ())
    ]


def test_a_recording_that_changed_twice_gives_two_answers_the_newest_first(tmp_path: Path) -> None:
    old, new = outcome(PASSED, "7 days"), outcome(PASSED, "seven days")
    one, folder = add_runs(
        tmp_path, *({"a": each} for each in (old, old, new, new, outcome(FAILED, "15 days")))
    )
    earlier = read_earlier_answers(one, folder)
    assert texts(earlier) == [("4 passed", "seven days"), ("2 passed", "7 days")]
    assert earlier["a"].answers[0].turns[0].now == "15 days"
    assert not earlier["a"].has_more
    assert not earlier["a"].is_unread


def test_each_answer_is_shown_once_and_the_present_one_never(tmp_path: Path) -> None:
    answers = ("now", "other", "now", "other", "third", "now")
    runs = [[replace(result_of("a", outcome(FAILED, each)), recorded_at=str(number))]
            for number, each in enumerate(answers)]  # fmt: skip
    for results in runs:
        one, folder = add_run(tmp_path, results)
    assert texts(read_earlier_answers(one, folder)) == [
        ("5 failed", "third"),
        ("4 failed", "other"),
    ]


def test_a_recording_made_again_with_the_same_answer_adds_nothing(tmp_path: Path) -> None:
    add_run(tmp_path, [result_of("a", outcome(PASSED, "same"), recorded_at="2026-11-01")])
    one, folder = add_run(
        tmp_path, [result_of("a", outcome(FAILED, "same"), recorded_at="2026-11-02")]
    )
    assert read_earlier_answers(one, folder) == {}


def test_a_failing_trial_has_the_newest_answers_and_the_last_one_that_passed(
    tmp_path: Path,
) -> None:
    runs = [outcome(PASSED, "oldest"), outcome(PASSED, "good")]
    runs += [outcome(FAILED, f"bad {number}") for number in range(MAX_ANSWERS + 1)]
    one, folder = add_runs(tmp_path, *({"a": each} for each in (*runs, outcome(FAILED, "now"))))
    earlier = read_earlier_answers(one, folder)
    newest = [f"bad {number}" for number in range(MAX_ANSWERS, 0, -1)]
    assert [text for _, text in texts(earlier)] == [*newest, "good"]
    assert earlier["a"].has_more


def test_a_passing_trial_has_the_newest_other_answer_only(tmp_path: Path) -> None:
    runs = [outcome(PASSED, f"answer {number}") for number in range(4)]
    one, folder = add_runs(tmp_path, *({"a": each} for each in runs), mode=Mode.LIVE)
    earlier = read_earlier_answers(one, folder)
    assert texts(earlier) == [("3 passed", "answer 2")]
    assert earlier["a"].has_more


def test_of_a_conversation_the_failing_turn_and_the_first_other_ones_are_kept(
    tmp_path: Path,
) -> None:
    count = MAX_TURNS + 3
    before = outcome(PASSED, "same", *(f"before {number}" for number in range(2, count + 1)))
    now = outcome(FAILED, "same", *(f"now {number}" for number in range(2, count + 1)))
    one, folder = add_runs(tmp_path, {"a": before}, {"a": now})
    (answer,) = read_earlier_answers(one, folder)["a"].answers
    assert [turn.number for turn in answer.turns] == [2, count]
    assert [turn.now for turn in answer.turns] == ["now 2", f"now {count}"]
    assert answer.more == count - 1 - MAX_TURNS


def test_another_prompt_is_kept_with_its_answer(tmp_path: Path) -> None:
    replies = [trial(trial_key=key("a"), turns=[turn(*each)])
               for each in (("old?", reply("old")), ("new?", reply("new")))]  # fmt: skip
    for result in replies:
        one, folder = add_run(tmp_path, [result])
    (answer,) = read_earlier_answers(one, folder)["a"].answers
    assert answer.turns[0].prompt == "old?"
    assert answer.turns[0].answer == "old"


def test_a_trial_that_cannot_be_judged_now_has_its_earlier_answer(tmp_path: Path) -> None:
    add_runs(tmp_path, {"a": outcome(PASSED, "before")})
    one, folder = add_run(tmp_path, [trial(TrialStatus.ERROR, trial_key=key("a"), turns=[])])
    earlier = read_earlier_answers(one, folder)
    assert texts(earlier) == [("1 passed", "before")]
    assert earlier["a"].answers[0].turns[0].now is None
    # The run after it compares with the recording before the error.
    one, folder = add_runs(tmp_path, {"a": outcome(PASSED, "before")})
    assert read_earlier_answers(one, folder) == {}


@pytest.mark.parametrize("case", ["folder", "run.json", "trials.jsonl", "torn", "replaced"])
def test_a_run_that_was_pruned_or_cannot_be_read_is_left_out(tmp_path: Path, case: str) -> None:
    states = [outcome(PASSED, "first"), outcome(PASSED, "second"), outcome(FAILED, "now")]
    one, folder = add_runs(tmp_path, *({"a": each} for each in states))
    run_folder = tmp_path / one.past[1].run_id
    if case == "folder":
        shutil.rmtree(run_folder)
    elif case == "torn":
        (run_folder / "trials.jsonl").write_bytes((run_folder / "trials.jsonl").read_bytes()[:-20])
    elif case == "replaced":
        (run_folder / "trials.jsonl").write_bytes(b'{"id":"a","turns":7}\n{"id":"\\x"}\n\xff\n')
    else:
        (run_folder / case).unlink()
    earlier = read_earlier_answers(one, folder)
    assert texts(earlier) == [("1 passed", "first")]
    assert not earlier["a"].is_unread


def test_what_is_read_is_bounded_the_newest_run_first(tmp_path: Path) -> None:
    states = [outcome(PASSED, "first"), outcome(FAILED, "second"), outcome(FAILED, "now")]
    one, folder = add_runs(tmp_path, *({"a": each, "b": each} for each in states))
    size = (tmp_path / one.past[1].run_id / "trials.jsonl").stat().st_size
    earlier = read_earlier_answers(one, folder, max_read=size)
    assert texts(earlier) == [("2 failed", "second")]
    assert earlier["a"].is_unread
    earlier = read_earlier_answers(one, folder, max_read=size // 2 + 10)
    assert [texts(earlier, name) for name in "ab"] == [[("2 failed", "second")], []]
    assert earlier["b"].is_unread
    whole = read_earlier_answers(one, folder)
    assert [len(whole[name].answers) for name in "ab"] == [2, 2]
    assert not whole["a"].is_unread


def test_only_the_trials_that_changed_are_searched(tmp_path: Path) -> None:
    same = {f"t{number}": outcome(PASSED, "same") for number in range(20)}
    one, folder = add_runs(tmp_path, same | {"a": outcome(PASSED, "old")},
                           same | {"a": outcome(FAILED, "new")})  # fmt: skip
    assert read_earlier_answers(one, folder).keys() == {"a"}


def test_two_thousand_unchanged_replays_read_no_trials(tmp_path: Path) -> None:
    rows = tuple(
        TrialRow(key=key(f"s-{n}"), status=PASSED, seconds=1.0, digests=f"{n:08x}aaaaaa")
        for n in range(2_000)
    )
    line = encode_trial(result_of("s-7", outcome(PASSED, "x")))
    for number in range(MAX_PREVIOUS_RUNS + 1):
        one = replace(_without_rows(number), rows=rows)
        folder = tmp_path / one.run_id
        folder.mkdir()
        write_run(folder, one)
        (folder / "trials.jsonl").write_bytes(line)
    one = with_history(one, tmp_path)
    assert len(one.past) == MAX_PREVIOUS_RUNS
    assert read_earlier_answers(one, folder, max_read=0) == {}
    changed = replace(rows[7], digests="ffffffffaaaaaa", history=one.rows[7].history)
    again = replace(one, rows=(*one.rows[:7], changed, *one.rows[8:]))
    assert read_earlier_answers(again, folder, max_read=0)["s-7"].is_unread


def _without_rows(number: int) -> Run:
    return Run(
        run_id=f"2026{number:04}",
        mode=Mode.REPLAY,
        started_at="2026-11-22T10:03:12Z",
        finished_at="2026-11-22T10:03:14Z",
        harness_version="1",
        summary=Summary(),
        rows=(),
    )


def test_an_edited_expectation_is_no_other_answer(tmp_path: Path) -> None:
    before = outcome(PASSED, "same")
    one, folder = add_runs(tmp_path, {"a": before}, {"a": outcome(FAILED, "same")})
    assert one.changes is not None
    assert one.changes.edited.count == 1
    assert read_earlier_answers(one, folder, max_read=0) == {}


def test_names_and_answers_of_any_characters_are_found(tmp_path: Path) -> None:
    names = ['quo"te', "back\\slash", "换行\n", "half \ud800", "\u2028"]
    before = {name: outcome(PASSED, f"before {name}") for name in names}
    now = {name: outcome(FAILED, f"now {name}") for name in names}
    one, folder = add_runs(tmp_path, before, now)
    earlier = read_earlier_answers(one, folder)
    assert {name: texts(earlier, name) for name in names} == {
        name: [("1 passed", f"before {name}")] for name in names
    }


def test_a_run_id_that_leads_elsewhere_is_not_followed(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    reports.mkdir()
    one, folder = add_runs(reports, {"a": outcome(PASSED, "before")}, {"a": outcome(FAILED, "now")})
    shutil.move(reports / one.past[0].run_id, tmp_path / "outside")
    past = (replace(one.past[0], run_id="../outside"),)
    assert read_earlier_answers(replace(one, past=past), folder) == {}


def test_a_trial_executed_again_has_the_answer_of_its_last_line(tmp_path: Path) -> None:
    line_without_turns = encode_trial(trial(TrialStatus.ERROR, trial_key=key("a"), turns=[]))
    add_run(tmp_path, [result_of("a", outcome(PASSED, "before"))], lines=line_without_turns)
    one, folder = add_runs(tmp_path, {"a": outcome(FAILED, "now")})
    assert texts(read_earlier_answers(one, folder)) == [("1 passed", "before")]


def test_mutation_runs_have_no_earlier_answers(tmp_path: Path) -> None:
    states = ({"a": outcome(PASSED, "before")}, {"a": outcome(FAILED, "now")})
    one, folder = add_runs(tmp_path, *states)
    assert read_earlier_answers(one, folder)
    assert read_earlier_answers(replace(one, mode=Mode.MUTATE), folder) == {}
