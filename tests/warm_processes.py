"""Command processes forked from a Python that has imported their modules already.

A command under test is a process of its own: arguments, environment, folder, streams and exit
code are as in `python -m …`. Only the imports are shared, which take ten times as long as the
command. Tests of start-up, of signals or of another Python's settings use `subprocess`, and so
does this module on other systems than Linux.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import pkgutil
import random
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

# Modules by the program that needs them. What pytest rewrites must not be imported before it runs.
PRELOADED = {
    "coze_harness": ("coze_harness", "orjson", "regex", "requests", "scipy.stats", "vcr.serialize"),
    "pytest": (
        *("pytest", "asyncio", "click", "jinja2", "jmespath", "msgspec", "orjson", "rapidfuzz"),
        *("regex", "requests", "rich.console", "sseclient", "yaml"),
    ),
}
_SPEC = find_spec("coze_harness")
assert _SPEC is not None
assert _SPEC.origin is not None
# The very package that the tests have imported, wherever it was found.
PACKAGES = str(Path(_SPEC.origin).parent.parent)
LARGEST_REQUEST = 1 << 17

_servers: dict[str, tuple[socket.socket, subprocess.Popen[bytes]]] = {}


def run_module(
    module: str, arguments: Sequence[str], *, cwd: Path, env: Mapping[str, str], seconds: float
) -> subprocess.CompletedProcess[bytes]:
    """Run `python -m module arguments` to its end, with no input.

    Args:
        module: a key of `PRELOADED`.
        arguments: those after the module's name.
        cwd: the folder it starts in.
        env: its whole environment.
        seconds: how long it may take.

    Raises:
        subprocess.TimeoutExpired: it took longer, and was killed.
    """
    command = [sys.executable, "-m", module, *arguments]
    request = json.dumps({"argv": command[2:], "cwd": str(cwd), "env": dict(env)}).encode()
    python_settings = {name: env[name] for name in env if name.startswith("PYTHON")}
    own_python = python_settings != {"PYTHONPATH": PACKAGES}
    if sys.platform != "linux" or own_python or len(request) > LARGEST_REQUEST:
        return subprocess.run(
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    with (
        tempfile.TemporaryFile() as output,
        tempfile.TemporaryFile() as errors,
        Path(os.devnull).open("rb") as nothing,
    ):
        status, theirs = socket.socketpair()
        with status:
            with theirs:
                streams = [nothing.fileno(), output.fileno(), errors.fileno(), theirs.fileno()]
                socket.send_fds(_server(module), [request], streams)
            code = _wait(status, command, seconds)
        return subprocess.CompletedProcess(command, code, _whole(output), _whole(errors))


def _wait(status: socket.socket, command: Sequence[str], seconds: float) -> int:
    """Return the exit code; a negative one names the signal that ended the process."""
    status.settimeout(seconds)
    with status.makefile("r") as lines:
        pid = int(lines.readline())
        try:
            return int(lines.readline())
        except TimeoutError:
            os.kill(pid, signal.SIGKILL)
            raise subprocess.TimeoutExpired(list(command), seconds) from None


def _whole(stream: IO[bytes]) -> bytes:
    stream.seek(0)
    return stream.read()


def stop_servers() -> None:
    """Stop what `run_module` started."""
    while _servers:
        _, (requests, process) = _servers.popitem()
        requests.close()
        process.wait()


def _server(module: str) -> socket.socket:
    """Return the way to the process that others are forked from."""
    if module not in _servers:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            process = subprocess.Popen(
                [sys.executable, __file__, str(theirs.fileno()), *PRELOADED[module]],
                pass_fds=[theirs.fileno()],
                env={
                    "PATH": os.environ.get("PATH", ""),
                    "LANG": "C.UTF-8",
                    "PYTHONPATH": PACKAGES,
                    "OPENBLAS_NUM_THREADS": "1",  # a process with threads should not be forked
                },
            )
        _servers[module] = ours, process
    return _servers[module][0]


def _serve(requests: socket.socket) -> dict[str, Any] | None:
    """Fork a process for each request; return its request in that process, None in the server."""
    while True:
        message, received, *_ = socket.recv_fds(requests, 2 * LARGEST_REQUEST, 4)
        if not message:
            return None
        if os.fork() == 0:
            requests.close()
            *streams, status = received
            pid = os.fork()
            if pid == 0:
                os.close(status)
                for number, stream in enumerate(streams):
                    os.dup2(stream, number)
                    os.close(stream)
                return dict(json.loads(message))
            os.write(status, b"%d\n" % pid)
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            os.write(status, b"%d\n" % code)
            os._exit(0)
        for descriptor in received:
            os.close(descriptor)
        with suppress(ChildProcessError):  # there is none left
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def _become(request: Mapping[str, Any]) -> None:
    """Run the module as `python -m` does."""
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    random.seed()
    for number, name in ((1, "stdout"), (2, "stderr")):
        stream = open(number, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        setattr(sys, name, stream)
    module, *sys.argv[1:] = request["argv"]
    sys.path[0] = request["cwd"]
    code: object = 0
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        code = end.code
    # As at any exit, but for the freeing of all objects, which takes longer than the command.
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


def _main() -> None:
    for name in sys.argv[2:]:
        package = import_module(name)
        if name == "coze_harness":
            for module in pkgutil.walk_packages(package.__path__, "coze_harness."):
                if not module.name.endswith("__main__"):
                    import_module(module.name)
    gc.freeze()
    with socket.socket(fileno=int(sys.argv[1])) as requests:
        request = _serve(requests)
    if request is not None:
        _become(request)


if __name__ == "__main__":
    _main()
