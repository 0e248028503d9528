"""What fuzzing calls: bytes that somebody wrote, in; nothing but errors of ours, out.

Each target takes any bytes. It raises only if the code under test is wrong: an exception that is
not a `HarnessError`, or a result that contradicts itself. `run_atheris.py` and the tests call the
same functions.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from coze_harness.cassettes import RecordingInfo
from coze_harness.cassettes.canonical_format import read_canonical, write_canonical
from coze_harness.cassettes.cassette_files import read_cassette
from coze_harness.coze.chat_stream import answer_deltas, parse_stream
from coze_harness.coze.response_parsing import parse_tool_calls, pending_tool_calls
from coze_harness.model import HttpResponse, Target
from coze_harness.model.errors import HarnessError
from coze_harness.scenarios import ProjectPaths, expand_trials, load_scenarios
from coze_harness.text.sse import complete_length, frame_ends, frame_times, parse_events

CORPUS: Final = Path(__file__).parent / "corpus"

_URL: Final = "memory://cassettes/a.yaml"
_INFO: Final = RecordingInfo(scenario="a", trial="a", fingerprint="", recorded_at="", harness="")
_BOTS: Final = {"chat": Target(name="chat", id="7374752000116113452")}
_GENERATED: Final = {"today": "2026-11-22", "uuid": "0-0"}


def fuzz_cassette(data: bytes) -> None:
    """Read a cassette; what can be read is written, read and written again as the same."""
    try:
        recording = read_cassette(_URL, {_URL: data})
    except HarnessError:
        return
    text = write_canonical(recording, recording.origin or _INFO)
    again = read_canonical(text)
    assert again is not None
    assert again.origin is not None
    assert not again.edited
    assert write_canonical(again, again.origin) == text


def fuzz_scenario(data: bytes) -> None:
    """Load a scenario file, and fill the turns of its trials."""
    project = _project()
    file = project.scenarios / "a.yaml"
    file.write_bytes(data)
    try:
        for trial in expand_trials(load_scenarios([str(file)], project), _BOTS, "chat"):
            trial.script.turns(_GENERATED)
    except HarnessError:
        return


@cache
def _project() -> ProjectPaths:
    root = Path(tempfile.mkdtemp(prefix="fuzz-")).resolve()
    (root / "scenarios").mkdir()
    return ProjectPaths(root, root / "scenarios")


def fuzz_event_stream(data: bytes) -> None:
    """Parse a stream, whole and cut at its last complete frame."""
    ends = frame_ends(data)
    assert list(ends) == sorted(set(ends))
    assert ends[-1:] == ((len(data),) if data else ())
    length = complete_length(data)
    complete = list(parse_events(data[:length]))
    assert list(parse_events(data))[: len(complete)] == complete
    assert len(frame_times(data, [(1.0, len(data))])) == len(ends)
    list(answer_deltas(data))
    headers = {"content-type": "text/event-stream"}
    times = tuple(float(number) for number in range(len(ends)))
    stream = parse_stream(HttpResponse(200, headers, data, 0.0, 1.0, frame_times=times))
    parse_tool_calls(stream.messages)
    if stream.chat is not None:
        pending_tool_calls(stream.chat)


TARGETS: Final[Mapping[str, Callable[[bytes], None]]] = MappingProxyType(
    {"cassette": fuzz_cassette, "event_stream": fuzz_event_stream, "scenario": fuzz_scenario}
)


def seeds(target: str) -> list[bytes]:
    """Return the inputs of a target's corpus."""
    return [path.read_bytes() for path in sorted((CORPUS / target).iterdir())]
