"""run.json: nothing is lost between writing and reading, and a list of runs reads only its head."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import key, run, snapshot, trial
from coze_harness.model import (
    Assessment,
    BotComparison,
    BotDifference,
    BotSnapshot,
    ChangeKind,
    Comparison,
    Counts,
    Mode,
    MutationReport,
    MutationScore,
    PassShare,
    PreviousRun,
    RequiredPassRate,
    Run,
    RunCost,
    ScenarioComparison,
    Summary,
    SurvivingMutant,
    TrialRow,
    TrialStatus,
    replace,
)
from coze_harness.model.errors import ResultsError
from coze_harness.results import RunFolder, RunTotals, list_runs, merge_runs, read_run, write_run
from coze_harness.results.run_codec import encode_run, read_head_of
from hypothesis import given, settings
from hypothesis import strategies as st
from scale import scale_down

# Lone surrogates too: a file's name may hold one.
texts = st.text(max_size=8) | st.sampled_from(["\udcff", '","status":"failed"', '\n"trials": ['])
counts = st.integers(0, 2**40)
numbers = st.floats(0, 1e6, allow_nan=False)
snapshots = st.builds(
    BotSnapshot,
    version=texts,
    model=texts,
    prompt=texts,
    details=st.dictionaries(texts, texts | counts, max_size=2),
    warning=texts,
)
costs = st.builds(RunCost, tokens=counts, polls=counts, p50=numbers, p95=numbers)
summaries = st.builds(Summary, trials=counts, passed=counts, failed=counts, fixed=counts)
shares = st.builds(PassShare, passed=counts, trials=counts, low=numbers, high=numbers)
scenarios = st.builds(
    ScenarioComparison,
    scenario=texts,
    bot=texts,
    before=shares,
    after=shares,
    assessment=st.sampled_from(Assessment),
    regressed=st.booleans(),
    test=texts,
    p=st.none() | numbers,
    adjusted=st.none() | numbers,
    repeats=counts,
    flaky=st.booleans(),
)
bots = st.builds(
    BotComparison,
    bot=texts,
    before=st.none() | snapshots,
    after=st.none() | snapshots,
    differences=st.lists(
        st.builds(BotDifference, name=texts, before=texts, after=texts), max_size=2
    ).map(tuple),
    known=st.booleans(),
)
comparisons = st.builds(
    Comparison,
    baseline=texts,
    candidate=texts,
    counts=st.dictionaries(st.sampled_from(ChangeKind), counts),
    scenarios=st.lists(scenarios, max_size=3).map(tuple),
    bots=st.lists(bots, max_size=2).map(tuple),
)
survivors = st.builds(
    SurvivingMutant,
    operator=texts,
    trial=texts,
    turn=counts,
    answer=texts,
    original=texts,
    expectations=st.lists(texts, max_size=2).map(tuple),
    hint=texts,
)
scores = st.builds(
    MutationScore,
    scenario=texts,
    mutants=st.integers(1, 9),
    killed=counts,
    survivors=st.lists(survivors, max_size=2).map(tuple),
)
mutations = st.builds(MutationReport, seed=counts, scores=st.lists(scores, max_size=3).map(tuple))
pasts = st.builds(
    PreviousRun,
    run_id=texts,
    started_at=texts,
    mode=st.sampled_from(Mode),
    summary=summaries,
    cost=costs,
)
rates = st.builds(
    RequiredPassRate,
    scenario=texts,
    bot=texts,
    trials=counts,
    passed=counts,
    required=numbers,
    met=st.booleans(),
)
rows = st.builds(
    TrialRow,
    key=st.builds(key, texts, scenario=texts, tags=st.lists(texts, max_size=2), cassette=texts),
    status=st.sampled_from(TrialStatus),
    seconds=numbers,
    history=st.text("pfeskx.", max_size=3),
)
runs = st.builds(
    Run,
    run_id=st.just("r1"),
    mode=st.sampled_from(Mode),
    started_at=texts,
    finished_at=st.just("2026-11-22T10:03:14Z"),
    harness_version=texts,
    summary=summaries,
    rows=st.lists(rows, max_size=3).map(tuple),
    pass_rates=st.lists(rates, max_size=3).map(tuple),
    environment=st.dictionaries(texts, texts, max_size=2),
    request_count=counts,
    interrupted=st.booleans(),
    cost=costs,
    past=st.lists(pasts, max_size=2).map(tuple),
    comparison=st.none() | comparisons,
    mutation=st.none(),
) | st.builds(lambda mutation: replace(run(run_id="r1"), mutation=mutation), mutations)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reports") / "r1"
    folder.mkdir()
    return folder


@settings(max_examples=scale_down(200), deadline=None)
@given(runs)
def test_every_run_comes_back_equal_and_its_head_alone_too(shelf: Path, one: Run) -> None:
    write_run(shelf, one)
    assert read_run(shelf) == one
    (head,) = list_runs(shelf.parent)
    assert head == expected_head(one)


def expected_head(one: Run) -> Run:
    """Of what is long, the first item."""
    head = replace(one, rows=(), past=(), pass_rates=one.pass_rates[:1])
    if comparison := one.comparison:
        short = replace(comparison, scenarios=comparison.scenarios[:1], bots=())
        return replace(head, pass_rates=(), comparison=short)
    if (mutation := one.mutation) and mutation.scores:
        total = MutationScore(
            scenario="",
            mutants=sum(score.mutants for score in mutation.scores),
            killed=sum(score.killed for score in mutation.scores),
        )
        return replace(head, pass_rates=(), mutation=replace(mutation, scores=(total,)))
    return head if one.mutation is None else replace(head, pass_rates=())


class CountingFile(io.BytesIO):
    """Counts what is read of a file."""

    bytes_read = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.bytes_read += len(data)
        return data


def long_ones() -> Iterator[Run]:
    share = PassShare(passed=6, trials=6, low=0.6, high=1.0)
    change = ScenarioComparison(
        scenario="退货",
        bot="b",
        before=share,
        after=share,
        assessment=Assessment.REAL,
        regressed=True,
    )
    many_rows = tuple(
        TrialRow(key=key(f"t{n}"), status=TrialStatus.PASSED, seconds=1.0) for n in range(500)
    )
    prompt = snapshot(prompt="你是一个学术助手。" * 5_000)
    bot = BotComparison(bot="b", before=prompt, after=prompt)
    survivor = SurvivingMutant(
        operator="empty", trial="t1", turn=1, answer="答" * 9_000, original="", expectations=()
    )
    yield replace(run(), rows=many_rows)
    yield replace(
        run(),
        rows=many_rows,
        comparison=Comparison(
            baseline="a", candidate="b", counts={}, scenarios=(change,) * 90, bots=(bot,)
        ),
    )
    yield replace(
        run(),
        rows=many_rows,
        mutation=MutationReport(
            seed=1,
            scores=(MutationScore(scenario="s", mutants=9, killed=1, survivors=(survivor,)),),
        ),
    )


@pytest.mark.parametrize("one", list(long_ones()), ids=["plain", "comparison", "mutation"])
def test_a_list_of_runs_reads_no_more_than_the_beginning(one: Run) -> None:
    text = b"".join(encode_run(one))
    file = CountingFile(text)
    read_head_of(file)
    assert len(text) > 50_000
    assert file.bytes_read < 10_000


def test_a_run_json_of_the_first_version_is_still_read(tmp_path: Path) -> None:
    before = run([trial()])
    old = json.loads((write_finished_run(tmp_path, before) / "run.json").read_bytes())
    del old["cost"], old["summary"]["scenarios"]
    (tmp_path / before.run_id / "run.json").write_text(json.dumps(old), encoding="utf-8")
    assert read_run(tmp_path / before.run_id) == before
    (listed_run,) = list_runs(tmp_path)
    assert (listed_run.run_id, listed_run.rows) == (before.run_id, ())
    assert listed_run.summary.scenarios == Counts(trials=1, passed=1)


def write_finished_run(reports: Path, one: Run) -> Path:
    with RunFolder.create(reports, one) as folder:
        folder.finish(one)
    return folder.path


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cost", {"tokens": -1, "polls": 0, "p50": 0, "p95": 0}),
        ("cost", 3),
        ("past", [{"run_id": "a"}]),
        ("past", {}),
        ("comparison", {"baseline": "a"}),
        ("comparison", {"baseline": "a", "candidate": "b", "counts": {"worse": 1}}),
        ("mutation", {"seed": "1", "scores": []}),
        ("mutation", {"seed": 1, "scores": [{"scenario": 5}]}),
    ],
)
def test_a_wrong_value_in_what_is_new_is_named(tmp_path: Path, name: str, value: object) -> None:
    folder = write_finished_run(tmp_path, run([trial()]))
    document = json.loads((folder / "run.json").read_bytes())
    document[name] = value
    (folder / "run.json").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(ResultsError, match=name):
        read_run(folder)


def test_the_cost_of_a_run_is_that_of_its_trials_as_they_came_last() -> None:
    tally = RunTotals()
    for number in range(1, 101):
        tally.add(trial(trial_key=key(f"t{number}"), seconds=float(number)))
    tally.add(trial(TrialStatus.ERROR, trial_key=key("none"), turns=[], seconds=0.0))
    tally.add(trial(trial_key=key("t100"), seconds=100.0))
    assert tally.cost() == RunCost(tokens=63_300, polls=400, p50=50.0, p95=95.0)
    assert RunTotals().cost() == RunCost()


def test_a_killed_run_and_a_merged_one_have_their_cost(tmp_path: Path) -> None:
    with RunFolder.create(tmp_path, run(run_id="killed")) as folder:
        folder.add(trial(seconds=2.0))
    killed = read_run(folder.path)
    assert killed.cost == RunCost(tokens=633, polls=4, p50=2.0, p95=2.0)
    merged = merge_runs([folder.path], tmp_path / "all", "all")
    assert merged.cost == killed.cost


def test_a_merged_run_has_no_past(tmp_path: Path) -> None:
    past = PreviousRun(
        run_id="r0", started_at="", mode=Mode.REPLAY, summary=Summary(), cost=RunCost()
    )
    one = run([trial()], run_id="r1")
    one = replace(one, past=(past,), rows=(replace(one.rows[0], history="p"),))
    with RunFolder.create(tmp_path, one) as folder:
        folder.add(trial())
        folder.finish(one)
    merged = merge_runs([folder.path], tmp_path / "all", "all")
    assert merged.past == ()
    assert [row.history for row in merged.rows] == [""]
