"""Trials before their execution: turns, expectations and tools, as far as rooms share them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Protocol

from msgspec import Struct

from coze_harness.model.http_call import JSON
from coze_harness.model.location import Location
from coze_harness.model.reply import BotSnapshot, Reply
from coze_harness.model.target import Target
from coze_harness.model.trial_key import Attachment, ChatOptions, TrialKey
from coze_harness.model.trial_result import Verdict


class EvaluationContext(Struct, frozen=True):
    """What an expectation can evaluate: the turn's prompt and reply, and the turns before it.

    `baseline_answer` is the recorded answer; `None` without a recording to compare with.
    `previous_prompts` belong to `previous_replies`, one to each. `snapshot` is the bot, as far as
    it is known. `judge_replies` are the texts that the judge replied, by the key of the question.
    Judges of `ignored_questions` (their ids) are skipped.
    """

    prompt: str
    reply: Reply
    previous_replies: tuple[Reply, ...] = ()
    baseline_answer: str | None = None
    previous_prompts: tuple[str, ...] = ()
    snapshot: BotSnapshot | None = None
    judge_replies: Mapping[str, str] = {}
    ignored_questions: frozenset[str] = frozenset()


class Expectation(Protocol):
    """One item of `expect:`."""

    kind: ClassVar[str]

    @property
    def location(self) -> Location:
        """Where the item is in its scenario file."""
        ...

    def judge(self, context: EvaluationContext) -> Verdict:
        """Evaluate a reply. A reply that does not meet the expectation is a failed verdict.

        Raises:
            HarnessError: it cannot be evaluated, because something that it needs is missing.
        """
        ...


class Tool(Protocol):
    """Produces the output of one of a bot's tools from the arguments of the call."""

    @property
    def name(self) -> str:
        """The name of the tool's output in the scenario; it represents the tool in fingerprints."""
        ...

    def call(self, call_id: str, arguments: JSON) -> str:
        """Return the text to submit for a call.

        Args:
            call_id: Coze's own id of the call.
            arguments: parsed; text if the bot's arguments are not JSON.

        Raises:
            HarnessError: there is no output for this call.
        """
        ...


class MinScore(Struct, frozen=True):
    """The least score of a turn that passes (above 0, at most 1), and where it is written.

    It counts the first `expectations` of a turn; the others must pass.
    """

    at_least: float
    expectations: int
    location: Location


class Turn(Struct, frozen=True, kw_only=True):
    """A prompt, filled and ready to send, and the expectations on its reply.

    `tools` has the outputs for the bot's tool calls: a fixed text or a `Tool`. With
    `checks_status`, an expectation judges the chat's status: a failed chat is then no error. A turn
    with `workflow_input` runs a workflow on it; its prompt is that input as JSON. A turn with
    `user` is the pattern of all turns of its conversation: the prompt is that of the first one,
    empty if the simulated user speaks first.
    """

    prompt: str
    expectations: Sequence[Expectation]
    location: Location
    attachments: tuple[Attachment, ...] = ()
    tools: Mapping[str, str | Tool] | None = None
    checks_status: bool = False
    workflow_input: Mapping[str, JSON] | None = None
    user: SimulatedUser | None = None
    min_score: MinScore | None = None


class SimulatedUser(Struct, frozen=True, kw_only=True):
    """How the prompts of a conversation are made, and when it ends.

    A tester plays a user with this `goal`. The conversation ends with the reply that `until`
    passes on, at the latest after `max_turns`. Then `until` is judged, and `expectations`, which
    are on the whole conversation.
    """

    goal: str
    until: Expectation
    max_turns: int
    expectations: Sequence[Expectation]
    location: Location

    @property
    def final_expectations(self) -> tuple[Expectation, ...]:
        """What is judged after the last reply, besides what is judged on each reply."""
        return (self.until, *self.expectations)


class TurnScript(Protocol):
    """The turns of a trial, before values such as `today` are generated."""

    @property
    def generated_names(self) -> frozenset[str]:
        """Names of the generated values (`today`, `random_id`) that the turns use."""
        ...

    @property
    def written_turns(self) -> object:
        """What the turns send and expect, before values are generated; equal if not edited."""
        ...

    def turns(self, generated: Mapping[str, str]) -> Sequence[Turn]:
        """Return the turns, filled with the generated values.

        Raises:
            ScenarioError: a template cannot be filled.
        """
        ...


class Trial(Struct, frozen=True, kw_only=True):
    """One planned execution of a scenario: scenario × bot × case × repeat.

    `max_increase` is how much more the candidate may cost in a comparison, by measure (0.2: 20 %).
    `tester` plays the user; `None` if the prompts are in the file.
    `judge` judges its answers; `None` if no expectation asks a judge.
    """

    key: TrialKey
    bot: Target
    options: ChatOptions
    script: TurnScript
    description: str = ""
    known_failure: str = ""
    min_pass_rate: float = 1.0
    max_increase: Mapping[str, float] = {}
    stop_on_failure: bool = False
    tester: Target | None = None
    judge: Target | None = None

    @property
    def location(self) -> Location:
        """Where the scenario begins."""
        return Location(self.key.file, self.key.line)
