"""A project folder of real files, and the command run in it as a user would: its own process."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from coze_harness.server.script_reader import parse_script
from coze_harness.server.script_schema import ServerScript
from coze_harness.server.server_process import RunningServer, serve
from warm_processes import PACKAGES, WITHOUT_NETWORK, run_module

CHATCHAT = "7403315657221079041"
SECOND = "7403315657221079042"
TOKEN = "pat_" + "Zx9Kq2Vb7Lm4Wp8T" * 4

SCRIPT = """
seed: 7
defaults: {delay: 0.0}
bots:
- id: "7403315657221079041"
  name: chatchat
  model: {name: GPT-4o}
  prompt: 你是chatchat
  answers:
  - prompt: [你是谁?]
    turn: 1
    chat_id: "7403350281725181960"
    conversation_id: "7403350281725165576"
    order: verbose-first
    delay: 0.02
    answer: 我是chatchat,一个虚拟的学术助手。
    follow_ups: [你想研究什么?]
    usage: {input: 132, output: 71}
  - regex: 天气(?P<city>.+)
    answer: "{{ city }}天气很好☀️"
    tools: [{name: weather, arguments: {city: 杭州}, output: {temp: 21}}]
  - prompt: fail
    faults: [{kind: failed, code: 5000, message: 模型炸了}]
    answer: "unheard"
  - prompt: never
    faults: [never_ends]
    answer: "unheard"
  - default: true
    answer: 不知道。
- id: "7403315657221079042"
  name: second
  answers: [{default: true, answer: 我是second。}]
"""

SETTINGS = f"""
base_url: https://api.coze.com
bots:
  chatchat: "{CHATCHAT}"
  second: {{id: "{SECOND}", title: 第二个}}
default_bot: chatchat
user_id: "0"
poll: {{interval: 0.05, timeout: 2}}
"""

IDENTITY = """name: identity
tags: [smoke, zh]
turns:
  - prompt: 你是谁?
    expect:
      - 学术助手
      - not: {contains: ChatGPT}
"""

WEATHER = """name: weather
tags: [tools]
cases: [{city: 杭州}, {city: 北京}]
turns:
  - prompt: 天气{{ city }}
    expect:
      - contains: "{{ city }}天气很好"
  - prompt: 然后呢?
    expect: [不知道]
"""

WRONG = """name: wrong
turns:
  - prompt: 说点什么
    expect:
      - 绝不会有的话
"""


@dataclass(frozen=True)
class CommandResult:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def last(self) -> str:
        return self.out.rstrip("\n").rpartition("\n")[2]


class ProjectFolder:
    """A project in a folder; `env` goes with every command."""

    def __init__(self, root: Path, *, home: Path) -> None:
        self.root = root
        self.root.mkdir(parents=True, exist_ok=True)
        home.mkdir(exist_ok=True)
        self.env = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "PYTHONPATH": PACKAGES,
        }

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        return path

    def path(self, name: str) -> Path:
        return self.root / name

    def read(self, name: str) -> str:
        return self.path(name).read_text("utf-8")

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        """Start a command and do not wait for it."""
        return subprocess.Popen(
            [sys.executable, "-m", "coze_harness", *arguments],
            cwd=options.pop("cwd", self.root),
            env={**self.env, **options.pop("env", {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            **options,
        )

    def run(
        self,
        *arguments: str,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        wrapper: Sequence[str] = (),
        drop: Sequence[str] = (),
        seconds: float = 60,
    ) -> CommandResult:
        """Run a command to its end; `wrapper` wraps it, as in `unshare -rn`."""
        environment = {**self.env, **(env or {})}
        for name in drop:
            environment.pop(name, None)
        folder = cwd or self.root
        network = tuple(wrapper) != WITHOUT_NETWORK
        if wrapper and network:
            result = subprocess.run(
                [*wrapper, sys.executable, "-m", "coze_harness", *arguments],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=seconds,
                check=False,
            )
        else:
            result = run_module(
                "coze_harness",
                arguments,
                cwd=folder,
                env=environment,
                seconds=seconds,
                network=network,
            )
        return CommandResult(
            result.returncode, result.stdout.decode("utf-8"), result.stderr.decode("utf-8")
        )

    def run_json(self, run: str = "latest") -> dict[str, Any]:
        record = json.loads(self.read(f"reports/{run}/run.json"))
        assert isinstance(record, dict)
        return record

    def lines(self, run: str = "latest") -> dict[str, dict[str, Any]]:
        """Return the lines of trials.jsonl by trial."""
        records = [json.loads(line) for line in self.lines_as_bytes(run)]
        return {record["id"]: record for record in records}

    def lines_as_bytes(self, run: str = "latest") -> list[bytes]:
        return self.path(f"reports/{run}/trials.jsonl").read_bytes().splitlines()

    def statuses(self, run: str = "latest") -> dict[str, str]:
        return {trial["id"]: trial["status"] for trial in self.run_json(run)["trials"]}

    def runs(self) -> list[str]:
        folder = self.root / "reports"
        return sorted(p.name for p in folder.iterdir() if p.is_dir() and not p.is_symlink())

    def edit(self, name: str, old: str, new: str) -> None:
        text = self.read(name)
        assert old in text, f"{old!r} does not stand in {name}"
        self.write(name, text.replace(old, new))

    def copy_to(self, root: Path, *, home: Path | None = None) -> ProjectFolder:
        """Return a copy in another folder, with the same environment but for another `home`."""
        shutil.copytree(self.root, root, symlinks=True)
        copy = ProjectFolder(root, home=home or Path(self.env["HOME"]))
        copy.env = {**self.env, "HOME": copy.env["HOME"]}
        return copy


def chatchat_script(answers: str = "", *, rest: str = "") -> ServerScript:
    """Return the script above, with `answers` (YAML list items) tried first by chatchat."""
    first = "  - prompt: [你是谁?]"
    items = "".join(f"  {line}\n" for line in answers.strip().splitlines())
    assert first in SCRIPT
    text = SCRIPT.replace(first, items + first)
    return parse_script(text + rest, "script.yaml")


def empty_project(folder: Path) -> ProjectFolder:
    """Return a project with settings and nothing else; folder and home are in `folder`."""
    project = ProjectFolder(folder / "project", home=folder / "home")
    project.write("harness.yaml", SETTINGS)
    (project.root / "scenarios").mkdir()
    return project


def write_trials(project: ProjectFolder) -> None:
    """Write scenarios of four trials, one of which fails."""
    project.write("scenarios/identity.yaml", IDENTITY)
    project.write("scenarios/weather.yaml", WEATHER)
    project.write("scenarios/wrong.yaml", WRONG)


def record_from(script: ServerScript, project: ProjectFolder, *options: str, code: int = 0) -> None:
    """Record a project from a server that is stopped then."""
    with script_server(script) as server:
        env = {"COZE_API_BASE": server.base_url, "COZE_API_TOKEN": TOKEN}
        result = project.run("record", *options, env=env)
    assert result.code == code, result


@contextmanager
def script_server(script: ServerScript) -> Iterator[RunningServer]:
    """Serve a script. The server is stopped in the background: it takes a tenth of a second."""
    server = serve(script)
    try:
        yield server
    finally:
        threading.Thread(target=server.stop).start()


@cache
def network_isolation() -> tuple[tuple[str, ...], str]:
    """Return what wraps a command so that it has no network, or the reason why there is no such."""
    if shutil.which(WITHOUT_NETWORK[0]) is None:
        return (), "there is no unshare here"
    tried = subprocess.run([*WITHOUT_NETWORK, "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        return (), f"user namespaces are not allowed here: {tried.stderr.strip()}"
    return WITHOUT_NETWORK, ""


def interrupt(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGINT)
