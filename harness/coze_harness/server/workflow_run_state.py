"""What the server remembers of one run of a workflow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import orjson

from coze_harness.model import JSON
from coze_harness.server.message_builder import as_text
from coze_harness.server.prompt_matching import filler
from coze_harness.server.script_schema import ScriptedWorkflow

_QUESTION_NODE: Final = 2


@dataclass(slots=True, eq=False)
class WorkflowRun:
    """One run; `ends` is the time of the clock at which a run in the background has its result."""

    id: str
    workflow: ScriptedWorkflow
    words: dict[str, str]
    created_at: int
    bot_id: str = ""
    user_id: str = ""
    is_async: bool = False
    ends: float = 0.0
    event_id: str = ""
    error: tuple[int, str] | None = field(default=None)

    @property
    def interrupt(self) -> JSON:
        """What the run waits for; `None` if it waits for nothing."""
        if not self.event_id or self.workflow.question is None:
            return None
        question = filler(self.words)(self.workflow.question)
        data = orjson.dumps({"content_type": "text", "content": question}).decode()
        return {"event_id": self.event_id, "type": _QUESTION_NODE, "data": data}

    @property
    def output(self) -> str:
        """The output of the end node."""
        return filler(self.words)(as_text(self.workflow.output))
