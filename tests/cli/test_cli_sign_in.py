"""Signing in from the command line: with an OAuth app's keys, and in the wrong region."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from app_keys import pem
from coze_harness.cassettes.known_secrets import secret_fragments
from coze_harness.model import replace
from coze_harness.server.fault_injection import Fault, FaultKind, Route
from coze_harness.server.script_schema import ServerScript
from coze_harness.server.server_process import RunningServer
from leaking import LeakingService
from project import TOKEN, ProjectFolder, chatchat_script

ROUTE = "POST /api/permission/oauth2/token"


@pytest.fixture
def app(project: ProjectFolder) -> ProjectFolder:
    """The project, signed in by an OAuth app whose private key stands in a file outside it."""
    key = project.root.parent / "private.pem"
    key.write_text(pem(), "utf-8")
    del project.env["COZE_API_TOKEN"]
    project.env |= {
        "COZE_JWT_OAUTH_CLIENT_ID": "1166025850000",
        "COZE_JWT_OAUTH_PUBLIC_KEY_ID": "kid-1",
        "COZE_JWT_OAUTH_PRIVATE_KEY_FILE_PATH": str(key),
    }
    return project


def stored_text(project: ProjectFolder) -> str:
    return "\n".join(
        path.read_bytes().decode("utf-8", "replace")
        for path in sorted(project.root.rglob("*"))
        if path.is_file()
    )


_SIGNED = re.compile(r"eyJ[\w-]{6,}\.[\w-]+")


def secrets_in(text: str) -> list[str]:
    forms = ["czs_", "Bearer", *secret_fragments(pem())]
    text = text.replace("Bearer $COZE_API_TOKEN", "")  # the page's curl names the variable
    leaks = [form[:12] for form in forms if form in text]
    # With its dot: three letters of it come by chance in what the page has packed.
    return leaks + _SIGNED.findall(text)


def test_record_signs_in_once_and_leaves_no_trace_of_it(
    app: ProjectFolder, server: RunningServer
) -> None:
    recorded = app.run("record", "-v")
    assert recorded.code == 1, recorded
    assert server.calls[ROUTE] == 1
    assert secrets_in(stored_text(app) + recorded.out + recorded.err) == []
    assert "warning" not in recorded.err.lower()
    for name in list(app.env):
        if name.startswith("COZE_"):
            del app.env[name]
    assert app.run("run").code == 1


def test_a_run_that_outlives_its_token_goes_on(
    app: ProjectFolder, serve_script: Callable[[ServerScript], RunningServer]
) -> None:
    script = chatchat_script("- {prompt: 慢, delay: 1.2, answer: 好}", rest="")
    short = replace(script, defaults=replace(script.defaults, token_seconds=2))
    server = serve_script(short)
    app.env["COZE_API_BASE"] = server.base_url
    app.path("scenarios/wrong.yaml").unlink()
    turns = "".join("  - {prompt: 慢, expect: [好]}\n" for _ in range(3))
    app.write("scenarios/slow.yaml", f"turns:\n{turns}")
    result = app.run("record", "-v")
    assert result.code == 0, result
    assert server.calls[ROUTE] >= 2
    assert secrets_in(stored_text(app) + result.out + result.err) == []


def test_a_token_that_is_refused_in_mid_run_is_renewed(
    app: ProjectFolder, server: RunningServer
) -> None:
    server.inject(Fault(kind=FaultKind.REFUSE, at=Route.CHAT, code=4100, times=1))
    result = app.run("live", "identity")
    assert result.code == 0, result
    assert server.calls[ROUTE] == 2


def test_ask_signs_in_too(app: ProjectFolder) -> None:
    result = app.run("ask", "你是谁?", "--stream")
    assert result.code == 0, result
    assert "学术助手" in result.out


def test_a_service_that_repeats_the_tokens_of_an_app_finds_them_taken_out(
    app: ProjectFolder,
) -> None:
    with LeakingService() as leaking:
        result = app.run("ask", "hi", "--debug", env={"COZE_API_BASE": leaking.base_url})
    assert result.code == 4
    assert secrets_in(result.out + result.err) == []


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("COZE_JWT_OAUTH_CLIENT_ID", "", "COZE_JWT_OAUTH_CLIENT_ID must be set"),
        ("COZE_JWT_OAUTH_PRIVATE_KEY_FILE_PATH", "nowhere.pem", "nowhere.pem"),
        ("COZE_JWT_OAUTH_PRIVATE_KEY", "no PEM at all", "cannot be read as PEM"),
    ],
)
def test_keys_that_cannot_sign_in_stop_a_recording_and_no_replay(
    app: ProjectFolder, name: str, value: str, words: str
) -> None:
    assert app.run("record", "identity").code == 0
    env = {name: value}
    refused = app.run("record", "--all", "identity", "--debug", env=env)
    assert refused.code == 2, refused
    assert words in refused.err
    assert "next: " in refused.err
    assert secrets_in(refused.err) == []
    assert app.run("run", "identity", env=env).code == 0


def test_without_the_extra_it_is_named(app: ProjectFolder, tmp_path: Path) -> None:
    stub = tmp_path / "stub"
    stub.mkdir()
    (stub / "cozepy.py").write_text("raise ModuleNotFoundError(name='cozepy')\n", "utf-8")
    result = app.run("record", env={"PYTHONPATH": f"{stub}:{app.env['PYTHONPATH']}"})
    assert result.code == 2, result
    assert "pip install 'coze-harness[oauth]'" in result.err


def test_a_token_wins_and_it_is_said(app: ProjectFolder, server: RunningServer) -> None:
    result = app.run("live", "identity", env={"COZE_API_TOKEN": TOKEN})
    assert result.code == 0
    assert "COZE_JWT_OAUTH_CLIENT_ID is not looked at" in result.err
    assert server.calls.get(ROUTE, 0) == 0


def test_a_service_token_is_as_good_as_a_personal_one(project: ProjectFolder) -> None:
    result = project.run("live", "identity", env={"COZE_API_TOKEN": TOKEN.replace("pat_", "sat_")})
    assert result.code == 0, result


@pytest.mark.parametrize("code", [4101, 4200, 700012006])
@pytest.mark.parametrize("command", [["ask", "hi"], ["live", "identity", "-v"]])
def test_a_refusal_that_the_wrong_region_gives_names_both_addresses(
    project: ProjectFolder, server: RunningServer, code: int, command: list[str]
) -> None:
    server.inject(Fault(kind=FaultKind.REFUSE, at=Route.CHAT, code=code))
    result = project.run(*command)
    assert result.code == 4, result
    output = result.out + result.err
    assert server.base_url in output
    assert "https://api.coze.com" in output
    assert "https://api.coze.cn" in output
