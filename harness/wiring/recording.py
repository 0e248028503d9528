"""Live conversations: over the wire, through a recorder, into cassettes when they are to stay."""

from __future__ import annotations

import random
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Final, TypeAlias, TypeVar

from harness.cassette import Origin, Recorder, Redactor, store
from harness.coze import CozeDialogue, Pace, Patience, fingerprint, snapshot
from harness.errors import CassetteError, CassetteMissingError, HarnessError
from harness.loader import draw
from harness.model import BotSnapshot
from harness.ports import Clock, Conversation, Trial, Turn
from harness.report import Renderer
from harness.runner import Held, conclude, hold
from harness.scheduler import RateLimit, Task, limited, run_live
from harness.settings import Settings
from harness.wire import Line, Wire
from harness.wiring.finished import Finished, Source, finished
from harness.wiring.network import open_wire, redactor
from harness.wiring.region import placed
from harness.wiring.world import World

DEFAULT_WORKERS: Final = 32
# A stream holds its thread and its connection for as long as the bot speaks.
STREAM_WORKERS: Final = 256
_CALLS_A_TURN: Final = 5

Value = TypeVar("Value")
_Asked: TypeAlias = tuple[str, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Studio:
    """Opens live conversations.

    Args:
        wire: the network.
        renderer: makes each trial's pieces of the reports.
        redactor: takes secrets out of what is kept.
        clock: time.
        rng: chance, for templates and for the jitter of repeated calls.
        limit: the rate that all calls share, if there is one.
        snapshots: what each bot is, by its id and whether its draft is meant.
        interval, timeout: how a chat is waited for, in seconds.
        root: the project that recordings are kept in; `None` keeps none.
        version: of this program, for the recordings.
        folder: the project's, from which attached files are read.
        warn: told of what is no error.
    """

    wire: Wire
    renderer: Renderer
    redactor: Redactor
    clock: Clock
    rng: random.Random
    limit: RateLimit | None
    interval: float
    timeout: float
    root: Path | None
    version: str
    folder: Path
    warn: Callable[[str], None]
    snapshots: Mapping[_Asked, BotSnapshot] = field(default_factory=dict)

    def opener(self, trial: Trial) -> Callable[[], Task[Held, Finished]]:
        """Return what opens a trial's conversation when its turn comes."""
        return lambda: self._open(trial)

    def _open(self, trial: Trial) -> Task[Held, Finished]:
        now = datetime.fromtimestamp(self.clock.now(), UTC)
        drawn = draw(trial.script.draws, now.astimezone(), self.rng)
        line = Line(self.wire, self.clock.monotonic, root=self.folder)
        recorder = Recorder(line, self.wire.base_url, self.redactor)
        conversation: Conversation[Held]
        try:
            turns = tuple(trial.script.turns(drawn))
        except HarnessError as fault:
            turns = ()
            conversation = _over(Held((), fault))
        else:
            dialogue = CozeDialogue(trial.bot, trial.options, self._pace(trial), self._patience)
            conversation = self._limited(hold(trial, turns, dialogue))

        def finish(held: Held) -> Finished:
            return self._finish(trial, turns, drawn, recorder, line, held, now)

        return Task(conversation, recorder, finish)

    def look_at_bots(self, trials: Sequence[Trial], workers: int) -> dict[_Asked, BotSnapshot]:
        """Ask each bot once what it is: its draft where that is what the trials talk to.

        Args:
            trials: whose bots.
            workers: how many calls may be under way at a time.
        """
        bots = {_asked(trial): trial for trial in trials if not trial.options.workflow}
        openers = [partial(self._look, key) for key in bots]
        found = dict(run_live(openers, workers=workers, monotonic=self.clock.monotonic))
        for key, trial in bots.items():
            if warning := found[key].warning:
                self.warn(f"bot {trial.bot.name}: {warning}")
        return found

    def _look(self, key: _Asked) -> Task[BotSnapshot, tuple[_Asked, BotSnapshot]]:
        bot_id, is_draft = key
        patience = Patience(jitter=self.rng.random, tries=2)
        conversation = self._limited(snapshot(bot_id, patience, published=not is_draft))
        clean = self.redactor.clean_snapshot
        return Task(conversation, self.wire, lambda found: (key, clean(found)))

    def _limited(self, conversation: Conversation[Value]) -> Conversation[Value]:
        return limited(conversation, self.limit) if self.limit else conversation

    @property
    def _patience(self) -> Patience:
        return Patience(jitter=self.rng.random)

    def _pace(self, trial: Trial) -> Pace:
        """Return how to wait: by the last recording's durations, if there is one to read."""
        expected: tuple[float, ...] = ()
        if self.root is not None:
            try:
                expected = store.read(self.root / trial.key.cassette).waits
            except CassetteMissingError:
                pass
            except CassetteError as fault:
                self.warn(f"{fault.where}: {fault.what} It is recorded anew.")
        return Pace(interval=self.interval, timeout=self.timeout, expected=expected)

    def _finish(
        self,
        trial: Trial,
        turns: tuple[Turn, ...],
        drawn: Mapping[str, str],
        recorder: Recorder,
        line: Line,
        held: Held,
        now: datetime,
    ) -> Finished:
        snapshot = None if trial.options.workflow else self.snapshots.get(_asked(trial))
        error: HarnessError | None = None
        placed(held.error, self.wire.base_url)
        if self.root is not None and held.error is None:
            origin = Origin(
                scenario=trial.key.scenario,
                trial=trial.key.id,
                fingerprint=fingerprint(trial.bot.id, trial.options, turns),
                recorded_at=now.isoformat(timespec="seconds"),
                harness=self.version,
                drawn=drawn,
                calls=line.calls,
                bot=snapshot,
            )
            path = self.root / trial.key.cassette
            try:
                store.write(path, recorder.recording, origin, self.redactor)
            except CassetteError as fault:
                error = fault
        result = conclude(
            trial,
            held,
            exchanges=recorder.exchanges,
            calls=line.calls,
            snapshot=snapshot,
            error=error,
        )
        return finished(result, self.renderer, self.redactor)


def live_source(
    settings: Settings,
    world: World,
    *,
    workers: int | None,
    root: Path | None,
    warn: Callable[[str], None],
) -> Source:
    """Return what holds trials with Coze itself.

    Args:
        settings: base URL, token, folders, patience.
        world: clock, chance, environment.
        workers: how many calls may be under way at a time.
        root: the project that the conversations are kept in; `None` keeps none.
        warn: told of what is no error: a bot that does not say what it is, a recording that could
            not be read and is replaced.

    Raises:
        SettingsError: there is nothing to sign in with.
    """
    chosen = workers or settings.workers
    secrets = redactor(settings)
    wire = open_wire(settings, world, secrets, workers=chosen or STREAM_WORKERS)
    limit = RateLimit(settings.rate_limit, world.clock.monotonic) if settings.rate_limit else None

    def held(
        trials: Sequence[Trial], renderer: Renderer
    ) -> Generator[Sequence[Finished], None, None]:
        streams = sum(1 for trial in trials if trial.options.stream or trial.options.workflow)
        threads = chosen or min(max(streams, DEFAULT_WORKERS), STREAM_WORKERS)
        try:
            studio = Studio(
                wire=wire,
                renderer=renderer,
                redactor=secrets,
                clock=world.clock,
                rng=world.rng,
                limit=limit,
                interval=settings.poll.interval,
                timeout=settings.poll.timeout,
                root=root,
                version=version("coze-harness"),
                folder=settings.root,
                warn=warn,
            )
            studio = replace(studio, snapshots=studio.look_at_bots(trials, threads))
            openers = (studio.opener(trial) for trial in trials)
            results = run_live(openers, workers=threads, monotonic=world.clock.monotonic)
            with closing(results):
                for result in results:
                    yield (result,)
        finally:
            wire.close()

    return held


def calls_ahead(trials: Sequence[Trial], root: Path, world: World) -> int:
    """Return about how many requests holding trials with Coze will take, the bots' own included.

    What was recorded before took as many as it says. Of the rest a prompt is sent, three times
    looked after and its messages listed; a streamed one, or a workflow's, is sent and that is all.
    """
    now = datetime.fromtimestamp(world.clock.now(), UTC)
    calls = len({_asked(trial) for trial in trials if not trial.options.workflow})
    for trial in trials:
        try:
            origin = store.read(root / trial.key.cassette).origin
        except CassetteError:
            origin = None
        if origin and origin.calls:
            calls += origin.calls
        else:
            options = trial.options
            turns = trial.script.turns(draw(trial.script.draws, now, world.rng))
            calls += len(turns) * (1 if options.stream or options.workflow else _CALLS_A_TURN)
            calls += len({item for turn in turns for item in turn.attach if item.is_local})
            calls += options.create_conversation
    return calls


def _asked(trial: Trial) -> _Asked:
    return trial.bot.id, trial.options.publish_status == "unpublished_draft"


def _over(held: Held) -> Conversation[Held]:
    """Return a conversation that ends before it begins."""
    yield from ()
    return held
