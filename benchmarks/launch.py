"""Runs one command and prints, as JSON, what it used. Run alone: `python -I -S launch.py …`.

A process of its own: until a child executes its program, the kernel counts the parent's memory as
the child's. From a large parent, every child would seem large.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path

_SAMPLE_SECONDS = 0.02


def main(output: str, samples_memory: str, *command: str) -> None:
    """Run a command with its output in a file; with "1", add up the memory of its processes."""
    outputs = [
        (os.POSIX_SPAWN_OPEN, 1, output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    peaks = {"rss": 0, "pss": 0}
    start = time.perf_counter()
    pid = os.posix_spawn(command[0], command, os.environ, file_actions=outputs)  # noqa: TID251 (passed on as it is)
    if samples_memory == "1":
        while not (wait_result := os.wait4(pid, os.WNOHANG))[0]:
            for key, value in _memory(pid).items():
                peaks[key] = max(peaks[key], value)
            threading.Event().wait(_SAMPLE_SECONDS)
    else:
        wait_result = os.wait4(pid, 0)
    wall_seconds = time.perf_counter() - start
    _pid, status, usage = wait_result
    usage_json = {
        "exit_code": os.waitstatus_to_exitcode(status),
        "wall_seconds": wall_seconds,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "largest_rss": usage.ru_maxrss * 1024,
        "total_rss": peaks["rss"],
        "total_pss": peaks["pss"],
    }
    sys.stdout.write(json.dumps(usage_json))


def _memory(root: int) -> dict[str, int]:
    """Return the bytes of memory of a process and its descendants now.

    A page that two processes share counts for both in `rss`, and half for each in `pss`.
    """
    parents: dict[int, int] = {}
    for entry in os.listdir("/proc"):  # noqa: PTH208 (many times a second)
        if entry.isdigit():
            try:
                stat = Path(f"/proc/{entry}/stat").read_bytes()
            except OSError:
                continue
            parents[int(entry)] = int(stat.rpartition(b")")[2].split()[1])
    tree = {root}
    while more := {child for child, parent in parents.items() if parent in tree} - tree:
        tree |= more
    sums = {"rss": 0, "pss": 0}
    for pid in tree:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
        except OSError:
            continue
        for line in lines:
            name = line[:4].lower()
            if name in ("rss:", "pss:"):
                sums[name[:3]] += int(line.split()[1]) * 1024
    return sums


if __name__ == "__main__":
    main(*sys.argv[1:])
