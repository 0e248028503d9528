"""Command processes forked from a Python that has imported their modules already.

A command under test is a process of its own: arguments, environment, folder, streams and exit
code are as in `python -m …`. Only the imports are shared, which take ten times as long as the
command. Tests of start-up, of signals or of another Python's settings use `subprocess`, and so
does this module on other systems than Linux.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import json
import os
import pkgutil
import random
import runpy
import select
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
    "coze_harness": ("coze_harness", "orjson", "regex", "requests", "vcr.serialize"),
    "pytest": (
        *("pytest", "asyncio", "click", "jinja2", "jmespath", "msgspec", "orjson", "rapidfuzz"),
        *("regex", "requests", "rich.console", "sseclient", "yaml"),
        # What the plugin imports when there are trials, but nothing that itself imports pytest.
        *("coze_harness.execution.conversation_session", "coze_harness.project.selected_trials"),
        *("coze_harness.reporting.run_collection", "coze_harness.baseline.cassette_access"),
        *("coze_harness.reporting.views.transcript", "coze_harness.reporting.views.trial_view"),
    ),
}
# It makes a process twice as large, and forking it twice as slow: only for what computes with it.
LARGE = "scipy.stats"
COMPUTING = {"compare"}
_SPEC = find_spec("coze_harness")
assert _SPEC is not None
assert _SPEC.origin is not None
# The very package that the tests have imported, wherever it was found.
PACKAGES = str(Path(_SPEC.origin).parent.parent)
LARGEST_REQUEST = 1 << 17
WITHOUT_NETWORK = ("unshare", "-rn")
"""Before a command, it lets the command have no network."""
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000

_servers: dict[tuple[str, ...], tuple[socket.socket, subprocess.Popen[bytes]]] = {}


def run_module(
    module: str,
    arguments: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    seconds: float,
    network: bool = True,
    cold: bool = False,
) -> subprocess.CompletedProcess[bytes]:
    """Run `python -m module arguments` to its end, with no input.

    Args:
        module: a key of `PRELOADED`.
        arguments: those after the module's name.
        cwd: the folder it starts in.
        env: its whole environment.
        seconds: how long it may take.
        network: whether it has one; as with `WITHOUT_NETWORK` if not.
        cold: whether it imports everything itself.

    Raises:
        subprocess.TimeoutExpired: it took longer, and was killed.
    """
    command = [sys.executable, "-m", module, *arguments]
    request = json.dumps(
        {"argv": command[2:], "cwd": str(cwd), "env": dict(env), "network": network}
    ).encode()
    python_settings = {name: env[name] for name in env if name.startswith("PYTHON")}
    own_python = cold or python_settings != {"PYTHONPATH": PACKAGES}
    if sys.platform != "linux" or own_python or len(request) > LARGEST_REQUEST:
        return subprocess.run(
            command if network else [*WITHOUT_NETWORK, *command],
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
                modules = PRELOADED[module]
                if not COMPUTING.isdisjoint(arguments):
                    modules += (LARGE,)
                socket.send_fds(_server(modules), [request], streams)
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


def _server(modules: tuple[str, ...]) -> socket.socket:
    """Return the way to the process with these modules that others are forked from."""
    if modules not in _servers:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            process = subprocess.Popen(
                [sys.executable, __file__, str(theirs.fileno()), *modules],
                pass_fds=[theirs.fileno()],
                env={
                    "PATH": os.environ.get("PATH", ""),
                    "LANG": "C.UTF-8",
                    "PYTHONPATH": PACKAGES,
                    "OPENBLAS_NUM_THREADS": "1",  # a process with threads should not be forked
                },
            )
        _servers[modules] = ours, process
    return _servers[modules][0]


def _serve(requests: socket.socket) -> dict[str, Any] | None:
    """Fork a process for each request; return its request in that process, None in the server."""
    running: dict[int, tuple[int, socket.socket]] = {}
    ready = select.poll()
    ready.register(requests, select.POLLIN)
    while True:
        for number, _ in ready.poll():
            if number in running:
                pid, status = running.pop(number)
                ready.unregister(number)
                os.close(number)
                code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                with status, suppress(BrokenPipeError):  # nobody waits for it any longer
                    status.send(b"%d\n" % code)
                continue
            message, received, *_ = socket.recv_fds(requests, 2 * LARGEST_REQUEST, 4)
            if not message:
                return None
            *streams, status_number = received
            pid = os.fork()
            if pid == 0:
                requests.close()
                for other, (_, status) in running.items():
                    os.close(other)
                    status.close()
                os.close(status_number)
                for target, stream in enumerate(streams):
                    os.dup2(stream, target)
                    os.close(stream)
                return dict(json.loads(message))
            for stream in streams:
                os.close(stream)
            status = socket.socket(fileno=status_number)
            status.send(b"%d\n" % pid)
            number = os.pidfd_open(pid)
            running[number] = pid, status
            ready.register(number, select.POLLIN)


def _leave_network() -> None:
    """Do what `WITHOUT_NETWORK` does."""
    user, group = os.geteuid(), os.getegid()
    if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWUSER | _CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "unshare")
    me = Path("/proc/self")
    (me / "setgroups").write_text("deny")
    (me / "uid_map").write_text(f"0 {user} 1")
    (me / "gid_map").write_text(f"0 {group} 1")


def _become(request: Mapping[str, Any]) -> None:
    """Run the module as `python -m` does."""
    if not request["network"]:
        _leave_network()
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
