"""Tools in replay: their recorded outputs are submitted again, and no function is called."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from coze_harness.cassettes import ReplayTransport
from coze_harness.model import JSON, replace
from coze_harness.model.trial import Turn


def with_recorded_tools(turns: Sequence[Turn], transport: ReplayTransport) -> Sequence[Turn]:
    """Return turns whose functions are replaced by their recorded outputs."""
    if not any(map(_has_function, turns)):
        return turns
    return [_with_recorded_tools(turn, transport) for turn in turns]


def _has_function(turn: Turn) -> bool:
    return turn.tools is not None and not all(isinstance(x, str) for x in turn.tools.values())


def _with_recorded_tools(turn: Turn, transport: ReplayTransport) -> Turn:
    if not turn.tools:
        return turn
    tools = {
        name: tool if isinstance(tool, str) else _RecordedTool(tool.name, transport)
        for name, tool in turn.tools.items()
    }
    return replace(turn, tools=tools)


class _RecordedTool(Struct, frozen=True):
    """A tool whose output is in the recording's next request, which submitted it."""

    name: str
    transport: ReplayTransport

    def call(self, call_id: str, arguments: JSON) -> str:
        """Return the recorded output; empty if the recording has none (replay then reports it)."""
        outputs = self.transport.next_request.get("tool_outputs")
        for item in outputs if isinstance(outputs, list) else ():
            if isinstance(item, dict) and item.get("tool_call_id") == call_id:
                output = item.get("output")
                return output if isinstance(output, str) else ""
        return ""
