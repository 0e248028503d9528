"""Stored trials, read by several threads at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from builders import trial
from coze_harness.results import encode_trial

# Each child process is the first to decode: only then does msgspec prepare the types.
FIRST_READS = """
import os
import sys
import threading

from coze_harness.results import decode_trial

line = open(sys.argv[1], "rb").read()


def read_in_threads() -> None:
    sys.setswitchinterval(1e-6)
    barrier = threading.Barrier(4)

    def read() -> None:
        barrier.wait()
        decode_trial(line)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


codes = []
for _ in range(8):
    child = os.fork()
    if not child:
        read_in_threads()
        os._exit(0)
    codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
print(codes)
"""


def test_the_first_trials_may_be_read_by_several_threads(tmp_path: Path) -> None:
    line = tmp_path / "trial.json"
    line.write_bytes(encode_trial(trial()))
    run = [sys.executable, "-c", FIRST_READS, str(line)]
    done = subprocess.run(run, capture_output=True, text=True, check=True)
    assert done.stdout == f"{[0] * 8}\n"
