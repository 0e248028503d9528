"""`mutate`: spoil the recorded answers, and tell which spoilings the expectations miss."""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Final

import click

from coze_harness.cli import shared_options as options
from coze_harness.cli.opening import open_page
from coze_harness.cli.progress_display import ProgressDisplay
from coze_harness.commands.current_process import current_process
from coze_harness.commands.project import Project, TrialSelection, open_project
from coze_harness.commands.run_trials import INTERRUPTED, RunOutcome, run_trials
from coze_harness.model import Mode, MutationReport, MutationScore, SurvivingMutant, TrialResult
from coze_harness.mutation.mutation_runner import MutationRunner, Remark, one_of_each
from coze_harness.reporting.safe_text import format_count, show_control_characters, single_line
from coze_harness.reporting.terminal_trials import fit_line
from coze_harness.results.remote_runs import check_cassettes_reachable

_FAILED: Final = 1
_BAR: Final = 10
_LONGEST_NAME: Final = 40
_SHOWN: Final = 5
_MOST_REMARKS: Final = 10


@click.command(epilog="Example: coze-harness mutate scenarios/identity.yaml --fail-under 0.8")
@options.selection
@options.folders
@click.option(
    "--seed", type=int, default=1, show_default=True, metavar="N", help="Another one spoils anew."
)
@click.option("--json", "as_json", is_flag=True, help="The scores as a JSON object.")
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 1),
    metavar="SHARE",
    help="Exit code 1 when a scenario catches less than this share (0..1).",
)
@click.option(
    "-q", "--quiet", is_flag=True, help="Only what is below --fail-under, and the last line."
)
@click.option("--no-progress", is_flag=True, help="No progress bar.")
@click.option("--open", "open_report", is_flag=True, help="Open the report in a browser.")
def mutate(
    cassettes: str | None,
    reports: str | None,
    seed: int,
    as_json: bool,
    fail_under: float | None,
    quiet: bool,
    no_progress: bool,
    open_report: bool,
    **given: Any,  # noqa: ANN401 (click's options, all of them fields of Choice)
) -> int:
    """Spoil the recorded answers and tell which spoilings the expectations miss. Offline.

    Each answer is emptied, cut, negated, given another number or date, swapped, refused and more,
    and judged by its own turn's expectations. What still passes is what they would not notice.
    """
    project = open_project(current_process(), cassettes=cassettes, reports=reports)
    trials = one_of_each(project.select_trials(TrialSelection(**given)))
    check_cassettes_reachable(project.settings.cassettes)
    mutator = MutationRunner(project.replayer, seed)
    screen = ProgressDisplay(
        project.world.environment,
        quiet=quiet or as_json,
        verbose=False,
        bar=not no_progress,
        ticking=True,
    )
    listener = _Listener(screen)
    with screen:
        outcome = run_trials(
            trials,
            mutator.source,
            mode=Mode.MUTATE,
            settings=project.settings,
            world=project.world,
            listener=listener,
            complete=mutator.complete,
        )
        found = outcome.run.mutation or MutationReport(seed=seed, scores=())
        low = [score for score in found.scores if _is_below(score, fail_under)]
        code = _exit_code(outcome, low)
        below = list(_below(low, fail_under))
        if not as_json:
            lines = [] if quiet else _table(found.scores, mutator)
            for line in (*lines, *below):
                screen.line(fit_line(line, screen.width) if screen.width else line)
            screen.finish(_last(found.scores, project, outcome), good=code == 0)
    listener.tell()
    if as_json:
        click.echo(json.dumps(_as_record(found, mutator.skipped), ensure_ascii=False, indent=2))
        click.echo("".join(f"{line}\n" for line in below), err=True, nl=False)
    if open_report:
        open_page(outcome)
    return code


class _Listener:
    """Passes a run's progress on to the screen; of trials it tells only those not judged.

    That a recorded answer fails is `run`'s to tell: here its turn is left out, and said so.
    """

    def __init__(self, screen: ProgressDisplay) -> None:
        self.on_start = screen.on_start
        self.on_progress = screen.on_progress
        self.on_warning = screen.on_warning
        self._errors: dict[str, TrialResult] = {}
        self._counts: Counter[str] = Counter()

    def on_result(self, result: TrialResult) -> None:
        """Keep an error to tell; the first of its kind stands for the others."""
        if result.error:
            self._errors.setdefault(result.error.kind, result)
            self._counts[result.error.kind] += 1

    def tell(self) -> None:
        """Tell the errors on stderr: what happened, where, what to do next."""
        for kind, result in self._errors.items():
            for line in _error_lines(result, self._counts[kind] - 1):
                print(show_control_characters(line), file=sys.stderr)  # noqa: T201 (the command line speaks here)


def _error_lines(result: TrialResult, others: int) -> Iterator[str]:
    note, key = result.error, result.key
    if note is None:
        return
    yield f"{note.where or f'{key.file}:{key.line}'}: {note.what}"
    yield from (f"  {line}" for line in note.detail)
    if note.next_step:
        yield f"  next: {note.next_step}"
    if others:
        yield f"  and {format_count(others, 'other error')} of this kind"


def _exit_code(outcome: RunOutcome, low: Sequence[MutationScore]) -> int:
    """Return the exit code: errors and interruptions as ever, but 1 only for too low a score."""
    if outcome.exit_code not in (0, _FAILED):
        return outcome.exit_code
    return _FAILED if low else 0


def _is_below(score: MutationScore, share: float | None) -> bool:
    return share is not None and score.score is not None and score.score < share


def _table(scores: Sequence[MutationScore], mutator: MutationRunner) -> Iterator[str]:
    """Yield a line a scenario, what is to be said of turns, and some survivors to look at."""
    from rich.cells import cell_len, set_cell_size

    names = [single_line(score.scenario) for score in scores]
    width = min(max(map(cell_len, names), default=0), _LONGEST_NAME)
    parts = [_caught(score) for score in scores]
    wide = max(map(len, parts), default=0)
    for score, name, part in zip(scores, names, parts, strict=True):
        missed = Counter(survivor.operator for survivor in score.survivors)
        told = ", ".join(f"{n} ×{k}" if k > 1 else n for n, k in missed.items())
        shown = set_cell_size(fit_line(name, width), width)
        yield f"{shown}  {part:>{wide}}  {_bar(score)}  {told}".rstrip()
    yield from _remarks([*mutator.skipped, *mutator.unprotected])
    yield from _survivors(scores)


def _caught(score: MutationScore) -> str:
    return f"{score.killed}/{score.mutants}" if score.mutants else "none"


def _bar(score: MutationScore) -> str:
    full = score.killed * _BAR // score.mutants if score.mutants else 0
    return "█" * full + "░" * (_BAR - full)


def _remarks(remarks: Sequence[Remark]) -> Iterator[str]:
    if remarks:
        yield ""
    for remark in remarks[:_MOST_REMARKS]:
        yield f"{_place(remark.trial, remark.turn)}: {single_line(remark.words)}"
    if len(remarks) > _MOST_REMARKS:
        others = format_count(len(remarks) - _MOST_REMARKS, "other remark")
        yield f"and {others} (--json has them all)"


def _survivors(scores: Sequence[MutationScore]) -> Iterator[str]:
    """Yield some survivors, each of another kind and scenario, from the weakest one on."""
    chosen: dict[str, SurvivingMutant] = {}
    for score in scores:
        new = (one for one in score.survivors if one.operator not in chosen)
        if (survivor := next(new, None)) and len(chosen) < _SHOWN:
            chosen[survivor.operator] = survivor
    for survivor in chosen.values():
        yield ""
        yield f"{_place(survivor.trial, survivor.turn)} passes with its answer {survivor.operator}:"
        yield f"  spoilt   {single_line(survivor.answer) or '(an empty answer)'}"
        yield f"  good     {single_line(survivor.original)}"
        if survivor.expectations:
            yield f"  expects  {single_line('; '.join(survivor.expectations))}"
        yield f"  add      - {survivor.hint}"
    if chosen:
        yield ""


def _place(trial: str, turn: int) -> str:
    name = single_line(trial)
    return f"{name}, turn {turn}" if turn else name


def _below(low: Sequence[MutationScore], share: float | None) -> Iterator[str]:
    for score in low:
        yield f"{single_line(score.scenario)} catches {_caught(score)}, less than {share:g}"


def _last(scores: Sequence[MutationScore], project: Project, outcome: RunOutcome) -> str:
    caught = sum(score.killed for score in scores)
    spoilings = sum(score.mutants for score in scores)
    said = f"{caught:,} of {format_count(spoilings, 'spoiling')} caught"
    if spoilings:
        # Never rounded up: 1.00 is said of all and nothing less.
        said += f" ({caught * 100 // spoilings / 100:.2f})"
    said += f" in {format_count(len(scores), 'scenario')}."
    if outcome.exit_code == INTERRUPTED:
        said = f"Interrupted. {said}"
    report = single_line(str(project.relative_path(outcome.location)), 1_000).rstrip("/\\")
    return f"{said}  report: {report}/index.html"


def _as_record(found: MutationReport, left_out: Sequence[Remark]) -> dict[str, object]:
    """Return what `--json` prints; a score is null where nothing could be spoilt."""
    remarks = defaultdict[str, list[Remark]](list)
    for remark in left_out:
        remarks[remark.scenario].append(remark)
    return {
        "seed": found.seed,
        "scenarios": [
            {
                "scenario": score.scenario,
                "score": score.score,
                "spoilings": score.mutants,
                "caught": score.killed,
                "survivors": [
                    {
                        "spoiling": survivor.operator,
                        "answer": survivor.answer,
                        "turn": survivor.turn,
                        "trial": survivor.trial,
                        "original": survivor.original,
                        "expectations": list(survivor.expectations),
                        "hint": survivor.hint,
                    }
                    for survivor in score.survivors
                ],
                "left_out": [
                    {"trial": remark.trial, "turn": remark.turn, "reason": remark.words}
                    for remark in remarks[score.scenario]
                ],
            }
            for score in found.scores
        ],
    }
