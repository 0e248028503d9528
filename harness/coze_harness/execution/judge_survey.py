"""Asks judges about texts that are in no conversation, many at once, and records the replies."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from functools import partial

from msgspec import Struct, field

from coze_harness.cassettes.interaction import Interaction
from coze_harness.execution.flow_driver import FlowTask
from coze_harness.execution.judge_cassette import (
    JudgeCassette,
    judge_version,
    known_replies,
    read_judge_cassette,
    write_judge_cassette,
)
from coze_harness.execution.live_runner import DEFAULT_WORKERS, LiveSession
from coze_harness.execution.live_scheduler import run_concurrently
from coze_harness.execution.recorded_judge import recorded_reply
from coze_harness.execution.replay_runner import ReplayRunner
from coze_harness.expectations.judge.judge_exchange import JudgeQuestion
from coze_harness.model import Target, TrialResult
from coze_harness.model.errors import CassetteError, HarnessError, JudgeReplyError
from coze_harness.model.protocols import CallFlow


class JudgeSurvey(Struct, frozen=True, kw_only=True):
    """Questions to a judge whose replies are recorded in one file.

    `name` is what the recording is about: a trial, or a file of labelled answers. `scenario` is
    empty for the latter.
    """

    judge: Target
    questions: Sequence[JudgeQuestion]
    path: str
    name: str
    scenario: str = ""

    @property
    def question_count(self) -> int:
        """How many different questions there are."""
        return len({one.key for one in self.questions})


class SurveyResult(Struct, frozen=True, kw_only=True):
    """The replies to a survey, by the key of the question; those that are no verdict are missing.

    `version` is the judge's, from `judge_version`.
    """

    survey: JudgeSurvey
    version: str
    replies: Mapping[str, str]


def recorded_results(
    surveys: Sequence[JudgeSurvey], runner: ReplayRunner
) -> tuple[list[SurveyResult], int]:
    """Return what is recorded of surveys, and how many questions are not.

    Those of a judge that has another version in another survey count as not recorded.
    """
    results: list[SurveyResult] = []
    missing = 0
    versions: dict[Target, str] = {}
    for survey in surveys:
        replies: dict[str, str] = {}
        version = ""
        try:
            cassette = read_judge_cassette(survey.path)
            version = cassette.version
            recorded_replies = cassette.replies if cassette.bot_id == survey.judge.id else {}
        except CassetteError:
            recorded_replies = {}
        if versions.setdefault(survey.judge, version) != version:
            recorded_replies = {}
        for question in survey.questions:
            items = recorded_replies.get(question.key)
            reply = items and recorded_reply(question, survey.judge, items, runner.redactor)
            if reply:
                replies[question.key] = reply
        missing += len({one.key for one in survey.questions} - replies.keys())
        results.append(SurveyResult(survey=survey, version=version, replies=replies))
    return results, missing


class _Progress(Struct):
    """What is known of a survey and what was asked: interactions and texts, by question's key."""

    known: Mapping[str, Sequence[Interaction]]
    replies: dict[str, Sequence[Interaction]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    calls: int = 0


class SurveyRunner(Struct):
    """Asks what surveys want to know, over a live session.

    Args:
        session: the network and what is known about the service.
        on_progress: receives the number of questions that are done.
    """

    session: LiveSession[TrialResult]
    on_progress: Callable[[int], None]
    _progress: dict[str, _Progress] = field(default_factory=dict)

    def results(self, surveys: Sequence[JudgeSurvey]) -> list[SurveyResult]:
        """Ask all questions that are not recorded yet, and record them.

        Raises:
            CozeError: a judge cannot be asked; what it replied before is recorded.
            CassetteError: a recording cannot be written.
        """
        settings = self.session.settings
        workers = settings.workers or DEFAULT_WORKERS
        self.session.snapshots.fetch({(one.judge, "") for one in surveys}, workers)
        for one in surveys:
            snapshot = self.session.snapshots.find_redacted((one.judge, ""))
            paths = [] if settings.asks_judge_again else [one.path]
            self._progress[one.path] = _Progress(known_replies(paths, one.judge, snapshot))
        task_factories = [
            partial(self._open, survey, question)
            for survey in surveys
            for question in {one.key: one for one in survey.questions}.values()
        ]
        failure: HarnessError | None = None
        with closing(
            run_concurrently(
                task_factories, workers=workers, monotonic=settings.conversations.clock.monotonic
            )
        ) as outcomes:
            for failure in outcomes:
                self.on_progress(1)
                if failure is not None and not isinstance(failure, JudgeReplyError):
                    break
                failure = None
        results = [self._record(survey) for survey in surveys]
        if failure is not None:
            raise failure
        return results

    def _open(
        self, survey: JudgeSurvey, question: JudgeQuestion
    ) -> FlowTask[HarnessError | None, HarnessError | None]:
        settings = self.session.settings
        progress = self._progress[survey.path]
        judge = self.session.judges.open(survey.judge, progress.known, settings.redactor)

        def ask() -> CallFlow[HarnessError | None]:
            try:
                text = yield from judge.reply(question)
            except HarnessError as error:
                return error
            progress.replies[question.key] = judge.replies[question.key]
            progress.texts[question.key] = text
            return None

        def finish(error: HarnessError | None) -> HarnessError | None:
            progress.calls += judge.calls
            return error

        return FlowTask(settings.conversations.limit(ask()), judge, finish)

    def _record(self, survey: JudgeSurvey) -> SurveyResult:
        settings, judge = self.session.settings, survey.judge
        progress = self._progress[survey.path]
        new = progress.replies
        # What is recorded stays, then what is new in the order of the questions.
        replies = {**progress.known}
        replies |= {one.key: new[one.key] for one in survey.questions if one.key in new}
        snapshot = self.session.snapshots.find_redacted((judge, ""))
        if replies:
            cassette = JudgeCassette(
                bot_id=judge.id,
                snapshot=snapshot,
                replies=replies,
                calls=progress.calls,
            )
            write_judge_cassette(
                survey.path,
                judge,
                cassette,
                settings.redactor,
                scenario=survey.scenario,
                trial=survey.name,
                recorded_at=settings.conversations.time_of_recording(),
            )
        return SurveyResult(
            survey=survey,
            version=judge_version(judge.id, snapshot),
            replies=progress.texts,
        )
