"""Scenario files of a project: a few are loaded here, many in batches by several processes.

A loaded script takes 2 to 3 KB of memory, a packed one about 60 bytes, and packing takes a tenth of
the time that loading took. So all trials of a large project fit into memory.
"""

from __future__ import annotations

import dataclasses
import io
import pickle
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from copyreg import dispatch_table
from functools import cache, partial
from itertools import islice
from operator import attrgetter
from typing import Any, Final, NamedTuple, TypeAlias

from msgspec import Struct

from coze_harness.model import replace
from coze_harness.model.errors import ScenarioError, WorkerLostError
from coze_harness.model.trial import Turn, TurnScript
from coze_harness.scenarios.name_rules import fold_name
from coze_harness.scenarios.project_paths import ProjectPaths
from coze_harness.scenarios.scenario import CaseInstance, Scenario
from coze_harness.scenarios.scenario_files import load_scenarios

LARGE_PROJECT: Final = 1_000
"""Files from which on batches are faster: starting processes and packing take as long as 300."""
_BATCH_SIZE: Final = 200
_LOADED_HERE: Final = 10
_PACK_SIZE: Final = 100

Check: TypeAlias = Callable[[Scenario], object]
Batch: TypeAlias = tuple[int, Sequence[str]]
LoadedBatch: TypeAlias = "tuple[int, ScenarioBatch | None]"
LoadBatches: TypeAlias = Callable[[Sequence[Batch]], list[LoadedBatch]]
MapInProcesses: TypeAlias = Callable[
    [LoadBatches, Sequence[Batch]], Generator[list[LoadedBatch], None, None]
]
"""Applies a function to items one by one, in other processes or here; yields as they complete."""


class ScenarioBatch(NamedTuple):
    """Some of a project's scenarios, packed, and their folded names, which must be unique."""

    names: Sequence[str]
    scenarios: bytes


def load_in_parallel(
    files: Sequence[str], project: ProjectPaths, check: Check, map_in_processes: MapInProcesses
) -> Iterable[Scenario]:
    """Load scenario files; those of a large project in batches, to be iterated once.

    Batches report no errors. If any file has one, all files are loaded again here.

    Raises:
        ScenarioErrors: every error of every file, by file and line.
    """
    if len(files) >= LARGE_PROJECT:
        load = partial(_load_some, project, check)
        batches = _load_batches(files, load, map_in_processes)
        scenarios = None if batches is None else merge_batches(batches)
        if scenarios is not None:
            return scenarios
    return load_scenarios(files, project, check)


def _load_batches(
    files: Sequence[str], load: LoadBatches, map_in_processes: MapInProcesses
) -> list[ScenarioBatch] | None:
    """Return the files' batches in their order; `None` if any file has an error."""
    end = len(files) - _LOADED_HERE
    starts = range(0, end, _BATCH_SIZE)
    batches = [(start, files[start : min(start + _BATCH_SIZE, end)]) for start in starts]
    # A few are loaded here, so that forked processes find everything imported. The last ones, so
    # that packs of the others hold as many scripts as a batch of a replay has trials.
    loaded_batches = dict(load([(end, files[end:])]))
    try:
        with closing(map_in_processes(load, batches)) as results:
            for result in results:
                loaded_batches.update(result)
                if None in loaded_batches.values():
                    return None
    except WorkerLostError:
        return None
    return [batch for _, batch in sorted(loaded_batches.items()) if batch is not None]


def _load_some(project: ProjectPaths, check: Check, batches: Sequence[Batch]) -> list[LoadedBatch]:
    """Load batches of files, each with the position of its first file."""
    return [(start, load_batch(files, project, check)) for start, files in batches]


def load_batch(files: Sequence[str], project: ProjectPaths, check: Check) -> ScenarioBatch | None:
    """Load some of a project's files for `merge_batches`, in any process.

    Returns:
        the scenarios; `None` if there is an error: `load_scenarios`, given all files, reports all
        errors.
    """
    try:
        scenarios = load_scenarios(files, project, check)
    except ScenarioError:
        return None
    names = [fold_name(scenario.name) for scenario in scenarios]
    return ScenarioBatch(names, pack_object(list(_with_packed_scripts(scenarios))))


def merge_batches(batches: list[ScenarioBatch]) -> Iterator[Scenario] | None:
    """Return the scenarios of all batches in order.

    Each batch is unpacked and released when it is reached: the list is empty in the end.

    Returns:
        the scenarios; `None` if two have one name: `load_scenarios` reports where.
    """
    names = [name for batch in batches for name in batch.names]
    if len(set(names)) < len(names):
        return None
    return _unpack_batches(batches)


def _unpack_batches(batches: list[ScenarioBatch]) -> Iterator[Scenario]:
    while batches:
        yield from unpack_object(batches.pop(0).scenarios)


def _with_packed_scripts(scenarios: Sequence[Scenario]) -> Iterator[Scenario]:
    """Yield the scenarios with their scripts in packs, each with those of neighbours."""
    cases = (case for scenario in scenarios for case in scenario.cases)
    packed_cases: list[CaseInstance] = []
    while some := list(islice(cases, _PACK_SIZE)):
        pack = ScriptPack.of([case.script for case in some])
        packed_cases += [
            CaseInstance(
                case.label, case.options, PackedScript(pack, index, case.script.generated_names)
            )
            for index, case in enumerate(some)
        ]
    remaining = iter(packed_cases)
    for scenario in scenarios:
        yield replace(scenario, cases=tuple(islice(remaining, len(scenario.cases))))


class ScriptPack:
    """Packed scripts, in memory from the first one that is used to the last.

    Scripts are mostly used in their order, each by one trial or some in a row. So those before the
    one in use are released, and unpacked again if they are used after all.
    """

    __slots__ = ("_data", "_scripts")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._scripts: Sequence[TurnScript | None] = ()

    @classmethod
    def of(cls, scripts: Sequence[TurnScript]) -> ScriptPack:
        """Pack scripts."""
        return cls(pack_object(scripts))

    def __reduce__(self) -> tuple[type[ScriptPack], tuple[bytes]]:
        return ScriptPack, (self._data,)

    def script(self, index: int) -> TurnScript:
        """Return the script at a position."""
        scripts = self._scripts
        script = scripts[index] if scripts else None
        if script is None:
            scripts = unpack_object(self._data)
            script = scripts[index]
        self._scripts = [*([None] * index), *scripts[index:]]
        return script


class PackedScript(Struct, frozen=True):
    """A script inside a pack."""

    pack: ScriptPack
    index: int
    generated_names: frozenset[str]

    @property
    def written_turns(self) -> object:
        """What the turns send and expect, before values are generated."""
        return self.pack.script(self.index).written_turns

    def turns(self, generated: Mapping[str, str]) -> Sequence[Turn]:
        """Return the turns, filled with the generated values.

        Raises:
            ScenarioError: a template cannot be filled, or a generated value is missing.
        """
        return self.pack.script(self.index).turns(generated)


def pack_object(value: object) -> bytes:
    """Return a value pickled and compressed, for this program only; equal objects are shared.

    Frozen dataclasses with slots, which Python pickles field by field in Python code, take less
    than half the time here.

    Raises:
        Exception: the value cannot be pickled.
    """
    out = io.BytesIO()
    pickler = pickle.Pickler(out, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = _Reducers(dispatch_table)
    pickler.dump(value)
    # The fastest level finds what a hundred scripts repeat as well as any.
    return zlib.compress(out.getbuffer(), 1)


def unpack_object(data: bytes) -> Any:  # noqa: ANN401 (whatever was packed)
    """Return what `pack_object` was given, as new objects."""
    return pickle.loads(zlib.decompress(data))  # noqa: S301 (written by this program)


class _Reducers(dict[type, Callable[[Any], Any]]):
    """How pickle reduces objects, by class; KeyError where its own way is the right one."""

    def __missing__(self, kind: type) -> Callable[[Any], tuple[object, ...]]:
        # Python adds this method to frozen dataclasses with slots, and to no other class.
        if getattr(kind.__getstate__, "__module__", "") != dataclasses.__name__:
            raise KeyError(kind)
        names = [field.name for field in dataclasses.fields(kind)]
        if len(names) < 2:
            raise KeyError(kind)
        values = attrgetter(*names)
        self[kind] = lambda value: (_restore, (kind, *values(value)))
        return self[kind]


def _restore(kind: type, *values: object) -> object:
    """Return an object with these fields; nothing is checked again."""
    record: object = object.__new__(kind)
    for set_field, value in zip(_setters(kind), values, strict=True):
        set_field(record, value)
    return record


@cache
def _setters(kind: type) -> tuple[Callable[[object, object], None], ...]:
    """Return what sets each field of a dataclass with slots, although it is frozen."""
    return tuple(getattr(kind, field.name).__set__ for field in dataclasses.fields(kind))
