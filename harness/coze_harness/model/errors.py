"""Every reason why a trial cannot be judged, as one tree.

A wrong answer is a verdict and never an error. Each error says what happened, where, and what to do
next; `exit_code` is the command's (2: the author's files, 3: cassettes, 4: Coze, 5: no trial).

HarnessError
├── UsageError                    an option or argument is not valid
├── ScenarioError                 a scenario file must be edited
│   └── ScenarioErrors            all errors of all files
├── SettingsError                 token, bot or harness.yaml
│   └── PatternTimeoutError       a pattern takes too long
├── CassetteError                 the recording cannot be used
│   ├── CassetteMissingError
│   ├── CassetteStaleError        the prompt changed since it was recorded
│   ├── CassetteUnreadableError   torn, of another tool, newer
│   ├── CassetteEditedError       edited since it was recorded; an error if settings are strict
│   ├── CassetteMismatchError     the next request differs from the recorded one
│   ├── UnplayedInteractionsError the recording was not played to its end
│   ├── CassetteWriteError        disk, permission
│   └── SecretLeakError           a secret is still in text about to be written
├── CozeError                     the service or the network failed
│   ├── TransportError            no response arrived
│   │   └── CallTimeoutError      not all of it before the deadline
│   ├── ResponseTooLargeError     a response is larger than the limit
│   ├── PayloadError              a response that is not Coze's JSON
│   ├── ApiError                  `code` is not 0
│   ├── ChatFailedError           the chat ended failed, canceled or requiring an action
│   ├── ChatTimeoutError          the chat did not end before the deadline
│   ├── TrialTimeoutError         the trial did not end before the deadline
│   ├── SimulatedUserError        a simulated user wrote nothing that can be sent
│   └── JudgeReplyError           a judge replied in another form than the agreed one
├── WorkerLostError               a worker process died
├── ResultsError                  a run's folder is unreadable or newer
└── NothingSelectedError          the selection is empty
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, TypedDict, Unpack

from coze_harness.messages import Catalogue, LocalizedText, UserText, as_message, message
from coze_harness.model.location import Location


class ErrorDetails(TypedDict, total=False):
    """The optional parameters of `HarnessError`."""

    where: Location | None
    next_step: UserText
    detail: Sequence[UserText]
    log_id: str


class HarnessError(Exception):
    """An error that a person can act on.

    `str()` gives it in English; `lines` in any language.

    Args:
        what: one sentence: what happened. A plain text is the same in every language.
        where: the place in a file that the sentence is about, if there is one.
        next_step: the next command or edit.
        detail: further lines with the evidence (recorded and current request, first bytes).
        log_id: Coze's log id of the response, to quote to its support.
    """

    exit_code: ClassVar[int] = 2
    kind: ClassVar[str] = "error"

    def __init__(
        self,
        what: UserText,
        *,
        where: Location | None = None,
        next_step: UserText = "",
        detail: Sequence[UserText] = (),
        log_id: str = "",
    ) -> None:
        super().__init__(what)
        self.what = as_message(what)
        self.where = where
        self.next_step = as_message(next_step)
        self.detail = tuple(map(as_message, detail))
        self.log_id = log_id

    def lines(self, words: Catalogue | None = None) -> list[str]:
        """Return the error as it is printed: place and sentence, evidence, next step.

        Args:
            words: the texts of the language; English by default.
        """
        words = words or Catalogue()
        what = words.text(self.what)
        lines = [f"{self.where}: {what}" if self.where else what]
        lines += [f"  {words.text(line)}" for line in self.detail]
        if self.log_id:
            lines.append(f"  {words.word('error.log_id', {'id': self.log_id})}")
        if self.next_step:
            step = words.text(self.next_step)
            lines.append(f"  {words.word('error.next', {'step': step})}")
        return lines

    def __str__(self) -> str:
        return "\n".join(self.lines())


class UsageError(HarnessError):
    """An option or argument is not valid."""

    kind = "usage"


class ScenarioError(HarnessError):
    """A scenario file (or a file that it names) must be edited."""

    kind = "scenario"


class ScenarioErrors(ScenarioError):  # noqa: N818 (a plural: several errors)
    """All errors of all scenario files."""

    def __init__(self, errors: Sequence[ScenarioError]) -> None:
        self.errors = tuple(errors)
        count = len(self.errors)
        super().__init__(message("error.count", n=count))

    def lines(self, words: Catalogue | None = None) -> list[str]:
        """Return the lines of each error, one after the other, then the count."""
        words = words or Catalogue()
        lines = [line for error in self.errors for line in error.lines(words)]
        return [*lines, words.text(self.what)] if len(self.errors) > 1 else lines


class SettingsError(HarnessError):
    """harness.yaml, the environment or an option is invalid or incomplete."""

    kind = "settings"


class PatternTimeoutError(SettingsError):
    """A pattern that a user wrote takes too long."""

    kind = "pattern"


class CassetteError(HarnessError):
    """A recording cannot be used."""

    exit_code = 3
    kind = "cassette"


class CassetteMissingError(CassetteError):
    """There is no recording for a trial."""

    kind = "missing"


class CassetteStaleError(CassetteError):
    """The recording is stale: the prompt changed since it was recorded."""

    kind = "stale"


class CassetteUnreadableError(CassetteError):
    """The file is torn, of another tool, of a newer format, or not YAML."""

    kind = "unreadable"


class CassetteEditedError(CassetteError):
    """The recording was edited since it was recorded: an error only if settings are strict."""

    kind = "edited"
    ACCEPT: ClassVar[LocalizedText] = message("cassette.edited.next")

    def __init__(self, where: Location) -> None:
        super().__init__(message("cassette.edited"), where=where, next_step=self.ACCEPT)


class CassetteMismatchError(CassetteError):
    """The next request differs from the recorded one."""

    kind = "mismatch"


class UnplayedInteractionsError(CassetteError):
    """Recorded interactions were not played."""

    kind = "leftover"


class CassetteWriteError(CassetteError):
    """A recording could not be written; the old file is unchanged."""

    kind = "write"


class SecretLeakError(CassetteError):
    """Text about to be written still contains a secret."""

    kind = "secret"


class CozeError(HarnessError):
    """Coze or the network failed."""

    exit_code = 4
    kind = "coze"


class TransportError(CozeError):
    """No response arrived.

    `may_have_arrived` is false only when the request certainly did not reach the service, so that
    `POST /v3/chat` can safely be repeated.
    """

    kind = "network"

    def __init__(
        self, what: UserText, *, may_have_arrived: bool, **details: Unpack[ErrorDetails]
    ) -> None:
        super().__init__(what, **details)
        self.may_have_arrived = may_have_arrived


class CallTimeoutError(TransportError):
    """A call was not complete at its deadline, `seconds` after it began."""

    kind = "timeout"

    def __init__(
        self,
        what: UserText,
        *,
        may_have_arrived: bool,
        seconds: float,
        **details: Unpack[ErrorDetails],
    ) -> None:
        super().__init__(what, may_have_arrived=may_have_arrived, **details)
        self.seconds = seconds


class ResponseTooLargeError(CozeError):
    """A response is larger than the limit, compressed or decompressed."""

    kind = "size"


class PayloadError(CozeError):
    """A response is not Coze's JSON: a gateway's HTML, half a body."""

    kind = "payload"


class ApiError(CozeError):
    """Coze rejected a call: `code` in the envelope is not 0."""

    kind = "api"

    def __init__(
        self, what: UserText, *, code: int, http_status: int, **details: Unpack[ErrorDetails]
    ) -> None:
        super().__init__(what, **details)
        self.code = code
        self.http_status = http_status


class ChatFailedError(CozeError):
    """A chat did not end as completed, and the scenario does not expect that."""

    kind = "chat"


class ChatTimeoutError(CozeError):
    """A chat had not ended at its deadline; it was cancelled."""

    kind = "timeout"


class TrialTimeoutError(CozeError):
    """A trial had not ended at its deadline."""

    kind = "timeout"


class SimulatedUserError(CozeError):
    """The target that plays the user wrote nothing, or more than can be sent."""

    kind = "simulated_user"


class JudgeReplyError(CozeError):
    """A judge replied in another form than the agreed one, so there is no verdict."""

    kind = "judge"


class WorkerLostError(HarnessError):
    """A worker process died: killed from outside, or out of memory."""

    exit_code = 4
    kind = "worker"


class ResultsError(HarnessError):
    """A run's folder cannot be read."""

    kind = "archive"


class NothingSelectedError(HarnessError):
    """No trial is left after selection."""

    exit_code = 5
    kind = "nothing"
