"""`python -m benchmarks`: measure, print the table, and write it for the docs if asked to."""

from __future__ import annotations

import argparse
import compileall
import platform
import random
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Final

from benchmarks import (
    deciding,
    engine,
    page,
    profiling,
    recording,
    replaying,
    scale,
    startup,
    under_pytest,
)
from benchmarks.bench import Bench
from benchmarks.comparing import Found
from benchmarks.processes import ROOT, Machine
from benchmarks.table import markdown, placed, plain

ROWS: Final[Mapping[str, Callable[[Bench], Found]]] = MappingProxyType(
    {
        "suite": replaying.against_pytest_recording,
        "engine": engine.measured,
        "size": replaying.against_itself,
        "recording": recording.many_at_once,
        "calls": recording.calls_for_one,
        "start": startup.measured,
        "page": page.measured,
        "pytest": under_pytest.measured,
        "scale": scale.measured,
        "deciding": deciding.measured,
    }
)
_ASKED_FOR: Final = ("scale", "deciding")  # ten minutes more for each


def main() -> int:
    """Run what is asked for; 0 whether aims are met or not: the words in the table tell."""
    given = _arguments()
    compileall.compile_dir(ROOT / "harness", quiet=2)
    circumstances = _circumstances(quick=given.quick)
    sys.stdout.write(f"{circumstances}\n\n")
    with TemporaryDirectory(prefix="coze-harness-bench-") as name:
        scratch = Path(name)
        rng = random.Random(given.seed)  # noqa: S311 (an order of contenders, no secret)
        bench = Bench(scratch, Machine(scratch), rng, given.quick, _tell)
        for found in _measured(bench, given):
            sys.stdout.write(f"{plain(found)}\n")
            sys.stdout.flush()
            if given.markdown:
                _place(given.markdown, found, circumstances)
    return 0


def _measured(bench: Bench, given: argparse.Namespace) -> Iterator[Found]:
    if given.profile:
        yield from profiling.measured(bench)
        return
    for row in given.only or [row for row in ROWS if row not in _ASKED_FOR]:
        _tell(row)
        yield ROWS[row](bench)


def _place(path: Path, found: Found, circumstances: str) -> None:
    page = path.read_text("utf-8") if path.exists() else ""
    path.write_text(placed(page, found.row, markdown(found, circumstances)), encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes: does it work at all?")
    parser.add_argument("--only", action="append", choices=ROWS, help="one row (repeatable)")
    parser.add_argument("--profile", action="store_true", help="where replay's time goes, instead")
    parser.add_argument(
        "--markdown",
        type=Path,
        metavar="FILE",
        help="put the tables into a page, each between its marks",
    )
    parser.add_argument("--seed", type=int, default=1, help="for the order of the contenders")
    return parser.parse_args()


def _circumstances(*, quick: bool) -> str:
    packages = ("requests", "vcrpy", "pytest", "pytest-recording", "pytest-xdist", "playwright")
    versions = ", ".join(f"{package} {version(package)}" for package in packages)
    words = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    size = " Quick sizes: not to be quoted." if quick else ""
    return f"{words}; {versions}.{size}"


def _tell(words: str) -> None:
    sys.stderr.write(f"… {words}\n")


if __name__ == "__main__":
    sys.exit(main())
