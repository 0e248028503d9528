"""How a project's trials talk to Coze: the network, the runner, and the requests to expect."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from coze_harness.execution.live_conversations import LiveConversations
from coze_harness.execution.live_runner import STREAM_WORKERS, LiveRunner
from coze_harness.execution.rate_limit import RateLimit
from coze_harness.execution.recording_facts import estimate_requests
from coze_harness.messages import UserText
from coze_harness.model import Target, replace
from coze_harness.model.errors import ScenarioErrors
from coze_harness.model.trial import Trial
from coze_harness.project.opened_project import Project
from coze_harness.project.service_access import open_service_transports
from coze_harness.scenarios import generate_values
from coze_harness.scenarios.target_rules import unsendable_prompts


@contextmanager
def open_live_runner(
    project: Project,
    targets: Iterable[Target],
    warn: Callable[[UserText], None],
    *,
    saves_cassettes: bool = True,
    workers: int | None = None,
) -> Iterator[LiveRunner]:
    """Open the network to the services of targets, and run live conversations there.

    Args:
        project: the project.
        targets: what is talked to, from `called_targets`.
        warn: receives warnings.
        saves_cassettes: whether the conversations become recordings.
        workers: the most calls at a time; `None`: as harness.yaml says.

    Raises:
        SettingsError: there are no credentials.
        CozeError: Coze rejects the OAuth app.
    """
    settings = project.settings
    redactor = project.make_redactor()
    workers = workers or settings.workers
    connections = workers or STREAM_WORKERS
    with open_service_transports(project, redactor, targets, workers=connections) as transports:
        yield LiveRunner(
            transports=transports,
            conversations=live_conversations(project, settings.rate_limit),
            generate=generate_values,
            workers=workers,
            saves_cassettes=saves_cassettes,
            recorded_address=settings.public_address,
            folder=settings.root,
            replayer=replace(project.replayer, redactor=redactor),
            warn=warn,
        )


def live_conversations(project: Project, rate: float | None = None) -> LiveConversations:
    """Return what opens live conversations, at most `rate` calls per second together."""
    settings, process = project.settings, project.process
    return LiveConversations(
        clock=process.clock,
        rng=process.rng,
        poll_interval=settings.poll.interval,
        poll_timeout=settings.poll.timeout,
        trial_seconds=settings.limits.trial,
        rate=RateLimit(rate, process.clock.monotonic) if rate else None,
    )


def called_targets(trials: Sequence[Trial], judge_only: Collection[str] = ()) -> list[Target]:
    """Return what trials talk to: bots, the targets that play users, and judges.

    Args:
        trials: the trials.
        judge_only: ids of those of which only the judge is asked.

    Raises:
        ScenarioErrors: Coze certainly refuses a trial's prompts.
    """
    if errors := unsendable_prompts(trials):
        raise ScenarioErrors(errors)
    bot_trials = [trial for trial in trials if trial.key.id not in judge_only]
    others = [trial.tester for trial in bot_trials] + [trial.judge for trial in trials]
    return [*(trial.bot for trial in bot_trials), *filter(None, others)]


def expected_requests(
    project: Project, trials: Sequence[Trial], judge_only: Collection[str] = ()
) -> int:
    """Return about how many requests to Coze trials take."""
    process = project.process
    now = datetime.fromtimestamp(process.clock.now(), UTC)
    return estimate_requests(
        trials, project.replayer, generate_values, now, process.rng, judge_only
    )
