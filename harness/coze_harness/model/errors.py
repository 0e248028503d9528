"""Everything that can keep us from judging a trial, as one tree.

A wrong answer is a verdict and never stands here. Each error says what happened, where, and what to
do next; `exit_code` is the command's (design: 2 the author's files, 3 cassettes, 4 Coze).

HarnessError
├── UsageError                   an option or argument that cannot be served
├── ScenarioError                the author must edit a file
│   └── ScenarioFaults           all faults of all files, in one go
├── SettingsError                token, bot or harness.yaml
├── CassetteError                the recording does not serve
│   ├── CassetteMissingError
│   ├── CassetteStaleError       what would be asked now is not what was recorded
│   ├── CassetteUnreadableError  torn, foreign, newer
│   ├── CassetteMismatchError    the next request differs from the tape
│   ├── CassetteLeftoverError    the tape was not played to its end
│   ├── CassetteWriteError       disk, permission
│   └── SecretLeakError          a secret is still in text about to be written
├── CozeError                    the service or the network did not serve
│   ├── TransportError           no answer came back
│   ├── PayloadError             an answer that is not Coze's JSON
│   ├── ApiError                 `code` is not 0
│   ├── ChatFailedError          the chat ended failed, canceled or asking for an action
│   └── ChatTimeoutError         the chat did not end before the deadline
├── WorkerLostError              a process that shared the work died
├── ArchiveError                 a run's folder is unreadable or newer
└── NothingToRunError            the selection is empty
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from coze_harness.model.location import Location


class HarnessError(Exception):
    """A cause that a person can act on.

    Args:
        what: one sentence: what happened.
        where: the place in a file that the sentence is about, if there is one.
        next_step: the next command or edit.
        detail: further lines that show the evidence (recorded against now, first bytes).
        log_id: Coze's log id of the answer in question, to quote to its support.
    """

    exit_code: ClassVar[int] = 2
    kind: ClassVar[str] = "error"

    def __init__(
        self,
        what: str,
        *,
        where: Location | None = None,
        next_step: str = "",
        detail: Sequence[str] = (),
        log_id: str = "",
    ) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.next_step = next_step
        self.detail = tuple(detail)
        self.log_id = log_id

    def lines(self) -> list[str]:
        """Return the message as it is shown: place and sentence, evidence, next step."""
        head = f"{self.where}: {self.what}" if self.where else self.what
        shown = [head, *(f"  {line}" for line in self.detail)]
        if self.log_id:
            shown.append(f"  log id: {self.log_id}")
        if self.next_step:
            shown.append(f"  next: {self.next_step}")
        return shown

    def __str__(self) -> str:
        return "\n".join(self.lines())


class UsageError(HarnessError):
    """An option or argument cannot be served as given."""

    kind = "usage"


class ScenarioError(HarnessError):
    """A scenario file (or a file that it names) must be edited."""

    kind = "scenario"


class ScenarioErrors(ScenarioError):  # noqa: N818 (many faults, each an error)
    """Every fault of every scenario file, found in one go."""

    def __init__(self, faults: Sequence[ScenarioError]) -> None:
        self.errors = tuple(faults)
        count = len(self.errors)
        super().__init__(f"{count} fault{'' if count == 1 else 's'} in the files.")

    def lines(self) -> list[str]:
        """Return each fault's block, one after the other, then the count."""
        shown = [line for fault in self.errors for line in fault.lines()]
        return [*shown, self.what] if len(self.errors) > 1 else shown


class SettingsError(HarnessError):
    """harness.yaml, the environment or an option is wrong or incomplete."""

    kind = "settings"


class CassetteError(HarnessError):
    """A recording does not serve."""

    exit_code = 3
    kind = "cassette"


class CassetteMissingError(CassetteError):
    """There is no recording for a trial."""

    kind = "missing"


class CassetteStaleError(CassetteError):
    """What would be asked now is not what the recording answers."""

    kind = "stale"


class CassetteUnreadableError(CassetteError):
    """A file that is torn, of another tool, from a newer format, or not YAML at all."""

    kind = "unreadable"


class CassetteMismatchError(CassetteError):
    """The next request is not the interaction under the tape's head."""

    kind = "mismatch"


class UnplayedInteractionsError(CassetteError):
    """Interactions were never played."""

    kind = "leftover"


class CassetteWriteError(CassetteError):
    """A recording could not be written; the old file is whole."""

    kind = "write"


class SecretLeakError(CassetteError):
    """Text about to be written still holds a secret."""

    kind = "secret"


class CozeError(HarnessError):
    """Coze or the network did not serve."""

    exit_code = 4
    kind = "coze"


class TransportError(CozeError):
    """No answer came back.

    `taken` is false only when the request certainly did not reach the service, which is what makes
    a repetition of `POST /v3/chat` safe.
    """

    kind = "network"

    def __init__(self, what: str, *, taken: bool, next_step: str = "") -> None:
        super().__init__(what, next_step=next_step)
        self.taken = taken


class PayloadError(CozeError):
    """An answer came that is not Coze's JSON: a gateway's HTML, half a body."""

    kind = "payload"


class ApiError(CozeError):
    """Coze refused a call: `code` in the envelope is not 0."""

    kind = "api"

    def __init__(
        self,
        what: str,
        *,
        code: int,
        http_status: int,
        next_step: str = "",
        detail: Sequence[str] = (),
        log_id: str = "",
    ) -> None:
        super().__init__(what, next_step=next_step, detail=detail, log_id=log_id)
        self.code = code
        self.http_status = http_status


class ChatFailedError(CozeError):
    """A chat ended in another state than completed, and the scenario did not ask for that."""

    kind = "chat"


class ChatTimeoutError(CozeError):
    """A chat had not ended when its deadline passed; it was cancelled."""

    kind = "timeout"


class WorkerLostError(HarnessError):
    """A process that shared the work died: killed from outside, or out of memory."""

    exit_code = 4
    kind = "worker"


class ResultsError(HarnessError):
    """A run's folder cannot be read."""

    kind = "archive"


class NothingSelectedError(HarnessError):
    """No trial is left after selection."""

    exit_code = 5
    kind = "nothing"
