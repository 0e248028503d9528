"""How a run is executed, in terms of the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from coze_harness.model import Mode, ShardInfo
from coze_harness.model.protocols import TextRedactor

if TYPE_CHECKING:
    from coze_harness.reporting.run_collection import RunPlan
    from coze_harness.reporting.run_writer import Summarize


class RunOptions(Struct, frozen=True, kw_only=True):
    """How a run is executed.

    Args:
        stop_at_first: start no further trial once one failed or could not be judged.
        strict_known: whether a known failure that passes fails the run.
        strict: whether what is in doubt fails the run: a recording that was edited since it was
            recorded, or a scenario of a comparison that is undecided.
        workers: processes that replay, or calls at a time.
        cluster: the address of a Dask scheduler to replay on.
        resume: the interrupted run to resume: its id, folder, or `latest`.
        shard: I/N, or empty.
    """

    stop_at_first: bool = False
    strict_known: bool = False
    strict: bool = False
    workers: int | None = None
    cluster: str | None = None
    resume: str | None = None
    shard: str = ""

    def plan(
        self,
        mode: Mode,
        redactor: TextRedactor,
        *,
        resumed: Path | None,
        shard: ShardInfo | None = None,
        summarize: Summarize | None = None,
    ) -> RunPlan:
        """Return a run of these options."""
        from coze_harness.reporting.run_collection import RunPlan  # options are parsed without it

        return RunPlan(
            mode=mode,
            redactor=redactor,
            stop_at_first=self.stop_at_first,
            strict_known=self.strict_known,
            strict=self.strict,
            resumed=resumed,
            shard=shard,
            summarize=summarize,
        )
