"""What rooms ask of each other without knowing each other."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeAlias, TypeVar

from coze_harness.model import (
    JSON,
    Attachment,
    Bot,
    ChatOptions,
    HttpCall,
    HttpResponse,
    Reply,
    TrialKey,
    Verdict,
    Wait,
)
from coze_harness.model.location import Location

Result = TypeVar("Result")

CallFlow: TypeAlias = Generator[HttpCall | Wait, HttpResponse | None, Result]
"""Calls without I/O: yields an `HttpCall` and is sent its `HttpResponse`, or yields a `Wait` and is
sent `None` when the time has come. A call that got no response is thrown in as an error."""


class Transport(Protocol):
    """Answers a conversation's calls: from the network, or from a tape."""

    def send(self, call: HttpCall) -> HttpResponse:
        """Return the answer to a call.

        Raises:
            TransportError: no answer came back.
            CassetteError: the tape does not hold this call.
        """
        ...


@dataclass(frozen=True, slots=True)
class EvaluationContext:
    """What an expectation may look at: this turn's reply, and those of the turns before it."""

    prompt: str
    reply: Reply
    previous_replies: tuple[Reply, ...] = ()
    baseline_answer: str | None = None


class Expectation(Protocol):
    """One declared demand."""

    kind: ClassVar[str]

    @property
    def location(self) -> Location:
        """Where the demand is written."""
        ...

    def judge(self, seen: EvaluationContext) -> Verdict:
        """Judge a reply. A demand that cannot be met is a failed verdict, never an exception."""
        ...


class Tool(Protocol):
    """Answers a bot's calls of one tool with what is not known before the bot asks."""

    @property
    def name(self) -> str:
        """What is asked, as the scenario names it: it stands for the tool in fingerprints."""
        ...

    def call(self, call_id: str, arguments: JSON) -> str:
        """Return the text to submit for a call.

        Args:
            call_id: Coze's own id of the call.
            arguments: parsed; text where the bot's are no JSON.

        Raises:
            HarnessError: there is none.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A prompt, filled and ready to send, and the expectations on its reply.

    `tools` has the outputs for the bot's tool calls: a fixed text or a `Tool`. With
    `checks_status`, an expectation judges the chat's status: a failed chat is then no error. A turn
    with `workflow_input` runs a workflow on it; its prompt is that input as JSON.
    """

    prompt: str
    expectations: Sequence[Expectation]
    location: Location
    attachments: tuple[Attachment, ...] = ()
    tools: Mapping[str, str | Tool] | None = None
    checks_status: bool = False
    workflow_input: Mapping[str, JSON] | None = None


class TurnScript(Protocol):
    """The turns of a trial, as far as they can be known before values are drawn."""

    @property
    def generated_names(self) -> frozenset[str]:
        """Names of the values that are not deterministic (`today`, `random_id`) and are used."""
        ...

    def turns(self, drawn: Mapping[str, str]) -> Sequence[Turn]:
        """Return the turns, filled with the drawn values.

        Raises:
            ScenarioError: a template cannot be filled.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One execution of a scenario that is to be done: scenario × bot × case × repeat."""

    key: TrialKey
    bot: Bot
    options: ChatOptions
    script: TurnScript
    description: str = ""
    known_failure: str = ""
    min_pass_rate: float = 1.0
    stop_on_failure: bool = False

    @property
    def location(self) -> Location:
        """Where the scenario begins."""
        return Location(self.key.file, self.key.line)


class Conversation(Protocol):
    """A conversation with one bot that goes on from turn to turn."""

    def run_turn(self, turn: Turn) -> CallFlow[Reply]:
        """Ask one prompt and take it to its end, whatever state that is.

        Raises:
            CozeError: the service or the network did not serve.
        """
        ...


class Clock(Protocol):
    """Time, given from outside so that replay and tests need none."""

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start; never goes back."""
        ...

    def now(self) -> float:
        """Return Unix time in seconds."""
        ...
