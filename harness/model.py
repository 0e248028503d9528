"""The nouns that rooms pass to each other: frozen, without I/O, defaults or third-party types."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias
from urllib.parse import quote

from harness.location import Location

JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None"

# `quote` takes ten times as long to find that there is nothing to do.
_PLAIN = re.compile(r"[A-Za-z0-9_.~-]*").fullmatch
_PLAIN_PATH = re.compile(r"[A-Za-z0-9_.~/%:@!$&'()*+,;=-]*").fullmatch
_PATH_CHARACTERS = "/%:@!$&'()*+,;="


def _quoted(text: str) -> str:
    return text if _PLAIN(text) else quote(text, safe="", errors="replace")


class Mode(StrEnum):
    """How a run gets its answers."""

    REPLAY = "replay"
    RECORD = "record"
    LIVE = "live"


class VerdictStatus(StrEnum):
    """What came of one expectation. `SKIPPED`: what it asks for was not recorded."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


class Severity(StrEnum):
    """Whether a failed expectation fails its trial (`ERROR`) or is only told (`WARNING`)."""

    ERROR = "error"
    WARNING = "warning"


class TrialStatus(StrEnum):
    """What came of one trial.

    `ERROR` means that we could not judge. `KNOWN_FAILURE` and `FIXED` are the failed and the passed
    trial of a scenario that is marked `known_failure`.
    """

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"
    KNOWN_FAILURE = "known_failure"
    FIXED = "fixed"


class CassetteState(StrEnum):
    """What a look at a trial's cassette says before anything is played."""

    RECORDED = "recorded"
    STALE = "stale"
    MISSING = "missing"
    UNREADABLE = "unreadable"


# --- what goes over the wire -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request that a conversation wants made.

    `path` is absolute within the service (`/v3/chat`); host and token are the transport's business.
    `attempt` counts from 1; a higher number repeats the call before it, whose answer was refused.
    `stream` says that the answer may come as server-sent events, to be read as they come, for at
    most `patience` seconds (`None`: as long as they come). `upload` is the path of a file to send
    (from the project's folder), as the multipart field `file`; the body then describes the file:
    it is what is recorded and compared in place of the file's bytes, and is not sent.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: Mapping[str, JSON] | None = None
    attempt: int = 1
    stream: bool = False
    patience: float | None = None
    upload: str = ""

    @property
    def target(self) -> str:
        """Path and query, percent-encoded as they are sent."""
        path = self.path if _PLAIN_PATH(self.path) else quote(self.path, safe=_PATH_CHARACTERS)
        if not self.query:
            return path
        return f"{path}?{'&'.join([f'{_quoted(n)}={_quoted(value)}' for n, value in self.query])}"


@dataclass(frozen=True, slots=True)
class Wait:
    """A conversation's wish to be woken `seconds` from now; replay does not wait."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for a `Call`.

    `headers` have lower-case names. `started` and `elapsed` are seconds, the former from the
    trial's beginning; live and replayed they are the same. `stands_for` is how many equal answers
    in a row this one was kept for. `frames` are the moments, counted like `started`, at which
    each frame of an event stream was there; a stream that broke is as long as what came of it.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    started: float = 0.0
    elapsed: float = 0.0
    stands_for: int = 1
    frames: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Exchange:
    """One line of a trial's HTTP log; `start` is seconds from the trial's beginning."""

    method: str
    path: str
    status: int
    start: float
    elapsed: float
    repeats: int = 1


# --- what a bot said ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a chat. Types that Coze may add are kept as they come."""

    id: str
    role: str
    type: str
    content: str
    content_type: str = "text"
    reasoning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens as Coze counts them."""

    total: int
    input: int
    output: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A tool that the bot called: its name and the arguments as parsed JSON (text if not JSON)."""

    name: str
    arguments: JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Everything that one finished chat gave.

    `seconds` runs from sending the prompt to noticing the end, `first_token` to the first piece of
    the answer (streams only); `None` where nothing was recorded. `polls` counts status look-ups.
    `error_code` and `error_message` are the chat's own `last_error`.
    """

    chat_id: str
    conversation_id: str
    log_id: str
    status: str
    messages: tuple[Message, ...]
    usage: Usage | None = None
    seconds: float | None = None
    first_token: float | None = None
    polls: int = 0
    tool_calls: tuple[ToolCall, ...] = ()
    error_code: int = 0
    error_message: str = ""

    @property
    def answer(self) -> str:
        """Return the text that a user would read: every `answer` message, in list order."""
        return "\n".join(m.content for m in self.messages if m.type == "answer")

    @property
    def follow_ups(self) -> tuple[str, ...]:
        """Return the suggested next questions."""
        return tuple(m.content for m in self.messages if m.type == "follow_up")


@dataclass(frozen=True, slots=True, kw_only=True)
class BotSnapshot:
    """What a bot was when it was recorded; `warning` says why this is not known."""

    version: str = ""
    model: str = ""
    prompt: str = ""
    details: Mapping[str, JSON] = field(default_factory=dict)
    warning: str = ""


# --- judging -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One expectation, judged.

    `expected`, `actual` and `reason` are words for a person. `score` is 0..1 where the kind
    measures closeness. `evidence` marks the pieces of the answer that decided, as (start, end) in
    characters of the reply's answer.
    """

    kind: str
    status: VerdictStatus
    expected: str
    actual: str
    reason: str
    location: Location
    name: str = ""
    weight: float = 1.0
    severity: Severity = Severity.ERROR
    score: float | None = None
    evidence: tuple[tuple[int, int], ...] = ()


# --- what is to be done ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a prompt.

    `name` is its path from the project's folder, with forward slashes, or a URL that Coze fetches
    itself: then it has no size (in bytes) and no digest (SHA-256, hexadecimal) here.
    """

    name: str
    size: int = 0
    sha256: str = ""

    @property
    def is_local(self) -> bool:
        """Whether it is a file of the project, to be uploaded."""
        return bool(self.sha256)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """A bot by its name in the project and its id at Coze."""

    name: str
    id: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatOptions:
    """What a scenario sends with each prompt besides the prompt.

    `history` are the messages (role, content) that go out before the first prompt. The conversation
    is the one of `conversation_id`, or made beforehand (`create_conversation`), or opened by the
    first prompt. `workflow` is the id of a workflow that is addressed in place of a bot.
    """

    user_id: str
    stream: bool = False
    custom_variables: Mapping[str, str] = field(default_factory=dict)
    meta_data: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, JSON] = field(default_factory=dict)
    extra_params: Mapping[str, str] = field(default_factory=dict)
    shortcut_command: Mapping[str, JSON] = field(default_factory=dict)
    enable_card: bool = False
    bot_version: str = ""
    publish_status: str = ""
    auto_save_history: bool = True
    conversation_id: str = ""
    create_conversation: bool = False
    history: tuple[tuple[str, str], ...] = ()
    workflow: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialKey:
    """What names a trial in every output.

    `id` is unique in the project and stable: scenario, then `@bot` where the scenario has several,
    `[case]`, and `#n` from the second repeat on. `file` and `cassette` are relative to the
    project (absolute where they lie outside), with forward slashes. `case` is empty without cases;
    `trial` counts repeats from 1.
    """

    id: str
    scenario: str
    file: str
    line: int
    bot: str
    case: str
    trial: int
    tags: tuple[str, ...]
    cassette: str


# --- what came of it ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnResult:
    """One prompt, what came back, and how it was judged; `reply` is `None` if nothing came."""

    prompt: str
    reply: Reply | None
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorNote:
    """An error as it is kept: the parts of a `HarnessError`, as text."""

    kind: str
    what: str
    where: str
    next_step: str
    exit_code: int
    detail: tuple[str, ...] = ()
    log_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialResult:
    """Everything about one executed trial: the archive's line, and all that reports are made of."""

    key: TrialKey
    status: TrialStatus
    seconds: float
    turns: tuple[TurnResult, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    calls: int = 0
    error: ErrorNote | None = None
    known_failure: str = ""
    warnings: tuple[str, ...] = ()
    bot_id: str = ""
    snapshot: BotSnapshot | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One trial as `run.json` lists it; `seconds` is the conversation's own time, not ours."""

    key: TrialKey
    status: TrialStatus
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PassRate:
    """How many of a scenario's trials with one bot passed, and how many had to (both 0..1).

    `met` is what the exit code goes by: a failed trial of a scenario that reached its
    `min_pass_rate` does not fail the run.
    """

    scenario: str
    bot: str
    trials: int
    passed: int
    required: float
    met: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Counts of a run. `trials` is the sum of passed, failed, errors, skipped and known failures.

    `fixed` (a known failure that passes) is counted in `passed` too; `warnings` counts failed
    expectations of severity warning and remarks about a trial.
    """

    trials: int = 0
    passed: int = 0
    failed: int = 0
    errors: int = 0
    skipped: int = 0
    known_failures: int = 0
    fixed: int = 0
    warnings: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Trials executed once. Times are ISO 8601 in UTC; `finished_at` is empty while it runs.

    `environment` says with what: base URL, Python, platform. `calls` counts requests to Coze.
    """

    run_id: str
    mode: Mode
    started_at: str
    finished_at: str
    harness_version: str
    summary: Summary
    rows: Sequence[Row]
    pass_rates: tuple[PassRate, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    calls: int = 0
    interrupted: bool = False
