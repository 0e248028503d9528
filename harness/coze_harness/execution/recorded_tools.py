"""Tools in replay: what a function gave when it was recorded is given again, and none is called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from coze_harness.cassettes import ReplayTransport
from coze_harness.model import JSON
from coze_harness.model.trial import Turn
from coze_harness.text import json_text as jsontext


def with_recorded_tools(turns: Sequence[Turn], tape: ReplayTransport) -> Sequence[Turn]:
    """Return turns whose computed tools answer from the tape; the turns themselves without any."""
    return [_recorded(turn, tape) for turn in turns] if any(map(_computed, turns)) else turns


def _computed(turn: Turn) -> bool:
    return turn.tools is not None and not all(isinstance(x, str) for x in turn.tools.values())


def _recorded(turn: Turn, tape: ReplayTransport) -> Turn:
    if not turn.tools:
        return turn
    tools = {
        name: tool if isinstance(tool, str) else _Recorded(tool.name, tape)
        for name, tool in turn.tools.items()
    }
    return replace(turn, tools=tools)


@dataclass(frozen=True, slots=True)
class _Recorded:
    """A tool whose outputs stand in the request under the tape's head, which submitted them."""

    name: str
    tape: ReplayTransport

    def call(self, call_id: str, arguments: JSON) -> str:
        """Return what was submitted; nothing where the tape goes on otherwise, as it will say."""
        try:
            body = jsontext.parse_json(self.tape.next_request_body)
        except ValueError:
            return ""
        outputs = body.get("tool_outputs") if isinstance(body, dict) else None
        for one in outputs if isinstance(outputs, list) else ():
            if isinstance(one, dict) and one.get("tool_call_id") == call_id:
                output = one.get("output")
                return output if isinstance(output, str) else ""
        return ""
