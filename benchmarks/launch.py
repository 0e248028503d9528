"""Starts one command and tells, as JSON, what it took. Run alone: `python -I -S launch.py …`.

A process of its own, because the kernel counts the memory of the process that starts another as
the other's until it has begun: from a large parent, every child would seem large.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path

_EVERY = 0.02  # seconds between two looks at the memory


def main(output: str, watch: str, *command: str) -> None:
    """Run a command with its output in a file; `watch` is "1" to add up its processes' memory."""
    outputs = [
        (os.POSIX_SPAWN_OPEN, 1, output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    largest = {"rss": 0, "pss": 0}
    begun = time.perf_counter()
    pid = os.posix_spawn(command[0], command, os.environ, file_actions=outputs)  # noqa: TID251 (handed on as it is)
    if watch == "1":
        while not (found := os.wait4(pid, os.WNOHANG))[0]:
            for key, value in _memory(pid).items():
                largest[key] = max(largest[key], value)
            threading.Event().wait(_EVERY)
    else:
        found = os.wait4(pid, 0)
    wall = time.perf_counter() - begun
    _pid, status, usage = found
    taken = {
        "code": os.waitstatus_to_exitcode(status),
        "wall": wall,
        "cpu": usage.ru_utime + usage.ru_stime,
        "largest": usage.ru_maxrss * 1024,
        "together": largest["rss"],
        "together_shared_once": largest["pss"],
    }
    sys.stdout.write(json.dumps(taken))


def _memory(root: int) -> dict[str, int]:
    """Return the bytes that a process and its descendants hold now: with what they share, without.

    Every page that two processes share counts for both under `rss` and half for each under `pss`.
    """
    parents: dict[int, int] = {}
    for entry in os.listdir("/proc"):  # noqa: PTH208 (many times a second)
        if entry.isdigit():
            try:
                stat = Path(f"/proc/{entry}/stat").read_bytes()
            except OSError:
                continue
            parents[int(entry)] = int(stat.rpartition(b")")[2].split()[1])
    family = {root}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    sums = {"rss": 0, "pss": 0}
    for member in family:
        try:
            lines = Path(f"/proc/{member}/smaps_rollup").read_text("ascii").splitlines()
        except OSError:
            continue
        for line in lines:
            name = line[:4].lower()
            if name in ("rss:", "pss:"):
                sums[name[:3]] += int(line.split()[1]) * 1024
    return sums


if __name__ == "__main__":
    main(*sys.argv[1:])
