"""Kinds that are not built in: of an installed wheel, of the project's modules, and functions.

The wheels are real ones: zip files with metadata, unpacked as pip does it into a folder on the
import path.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import pytest
from project import CommandResult, ProjectFolder
from pytest_plugin.plugin_running import run_pytest_in

POLITE = """
from dataclasses import dataclass
from typing import Self

from coze_harness import EvaluationContext, ExpectationKind, ItemArgument, ItemContext, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Polite(ExpectationKind):
    kind = "polite"
    summary = "The answer uses one of these polite words."
    example = "polite: [请, 您]"

    words: tuple[str, ...]

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        return cls(**item.common, words=argument.texts())

    @classmethod
    def schema(cls):
        return {"type": "array", "items": {"type": "string"}, "minItems": 1}

    @property
    def expected(self) -> str:
        return f"uses {' or '.join(self.words)}"

    def evaluate(self, context: EvaluationContext) -> Verdict:
        answer = context.reply.answer
        if any(map(answer.count, self.words)):
            return self.passed("It is polite.", answer)
        if "raise" in self.words:
            raise LookupError(answer[:3])
        return self.failed("It is not polite.", answer)
"""
USES = """turns:
  - prompt: 你是谁?
    expect:
      - polite: %s
"""


def build_wheel(folder: Path, name: str, module: str, entries: dict[str, str]) -> Path:
    """Write a wheel with one module and the entry points of its kinds."""
    info = f"{name}-1.2.dist-info"
    points = "".join(f"{key} = {value}\n" for key, value in entries.items())
    files = {
        f"{name}.py": module,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": f"[coze_harness.expectations]\n{points}",
    }
    record = []
    path = folder / f"{name}-1.2-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for file, text in files.items():
            data = text.encode()
            wheel.writestr(file, data)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            record.append(f"{file},sha256={digest},{len(data)}")
        wheel.writestr(f"{info}/RECORD", "\n".join([*record, f"{info}/RECORD,,", ""]))
    return path


def install(wheel: Path, site: Path) -> None:
    """Unpack a wheel, as an installer does with one that is pure Python."""
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(site)


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders with installed wheels: a good one, and several that are broken or in conflict."""
    folders: dict[str, Path] = {}
    for site, packages in {
        "good": {"acme_kinds": (POLITE, {"polite": "acme_kinds:Polite"})},
        "broken": {
            "acme_kinds": (POLITE, {"polite": "acme_kinds:Polite"}),
            "bad_import": ("import no_such_library\n", {"sad": "bad_import:Sad"}),
            "bad_class": ("Odd = 3\n", {"odd": "bad_class:Odd"}),
            "bad_name": (POLITE.replace('"polite"', '"kind_of"'), {"kindly": "bad_name:Polite"}),
            "built_in": (POLITE.replace('"polite"', '"contains"'), {"contains": "built_in:Polite"}),
        },
        "twice": {
            "acme_kinds": (POLITE, {"polite": "acme_kinds:Polite"}),
            "other_kinds": (POLITE, {"polite": "other_kinds:Polite"}),
        },
    }.items():
        folder = tmp_path_factory.mktemp(site)
        wheels = tmp_path_factory.mktemp("wheels")
        for name, (module, entries) in packages.items():
            install(build_wheel(wheels, name, module, entries), folder)
        folders[site] = folder
    return folders


def run_with(project: ProjectFolder, site: Path, *arguments: str) -> CommandResult:
    """Run a command where the packages of a folder are installed."""
    path = os.pathsep.join((project.env["PYTHONPATH"], str(site)))
    return project.run(*arguments, env={"PYTHONPATH": path})


def add_packages(project: ProjectFolder, site: Path) -> None:
    """Install the packages of a folder into that of the project, which `python -m` looks at.

    Commands are then forked from a process that has imported theirs, which saves seconds.
    """
    shutil.copytree(site, project.root, dirs_exist_ok=True)


def test_a_wheel_adds_a_kind_to_every_command(
    recorded_project: ProjectFolder, sites: dict[str, Path]
) -> None:
    recorded_project.write("scenarios/identity.yaml", USES % "[学术助手]")
    good = sites["good"]
    assert '"polite"' in run_with(recorded_project, good, "schema").out
    assert run_with(recorded_project, good, "check", "identity").code == 0
    assert run_with(recorded_project, good, "run", "identity").code == 0
    (verdict,) = recorded_project.lines()["identity"]["turns"][0]["verdicts"]
    assert (verdict["kind"], verdict["status"]) == ("polite", "passed")
    mutated = run_with(recorded_project, good, "mutate", "identity", "--json")
    (score,) = json.loads(mutated.out)["mutation"]["scores"]
    # A mutant without the second half has none of the words.
    assert 0 < score["caught"] < score["spoilings"]


def test_without_the_package_its_kind_is_unknown(recorded_project: ProjectFolder) -> None:
    recorded_project.write("scenarios/identity.yaml", USES % "[学术助手]")
    result = recorded_project.run("check", "identity")
    assert result.code == 2
    assert 'scenarios/identity.yaml:4:9: "polite" is not a kind' in result.err


def test_a_name_of_a_package_s_kind_that_is_misspelt_is_suggested(
    recorded_project: ProjectFolder, sites: dict[str, Path]
) -> None:
    add_packages(recorded_project, sites["good"])
    text = (USES % "[a]").replace("polite:", "polit:") + '      - "polite：请"\n'
    recorded_project.write("scenarios/identity.yaml", text)
    errors = recorded_project.run("check", "identity").err
    assert 'Did you mean "polite"?' in errors
    assert "Write `polite: [请, 您]`." in errors


def test_a_broken_package_harms_only_the_scenarios_that_use_its_kind(
    recorded_project: ProjectFolder, sites: dict[str, Path]
) -> None:
    add_packages(recorded_project, sites["broken"])
    recorded_project.write("scenarios/identity.yaml", USES % "[学术助手]")
    assert recorded_project.run("run", "identity").code == 0
    checked = recorded_project.run("check", "identity")
    assert checked.code == 0
    for package in ("bad_import", "bad_class", "bad_name", "built_in"):
        assert f"{package} 1.2" in checked.err
    assert "raised at bad_import.py:1" in checked.err
    schema = recorded_project.run("schema")
    assert schema.code == 0
    assert '"polite"' in schema.out
    assert '"sad"' not in schema.out
    assert "bad_import 1.2" in schema.err
    for name, package in (("sad", "bad_import"), ("odd", "bad_class"), ("kindly", "bad_name")):
        recorded_project.write(
            "scenarios/identity.yaml", (USES % "[a]").replace("polite:", f"{name}:")
        )
        result = recorded_project.run("run", "identity")
        assert result.code == 2
        assert "scenarios/identity.yaml:4:9: " in result.err
        assert f"{package} 1.2" in result.err
        assert "pip uninstall" in result.err


def test_two_packages_with_one_kind_are_an_error_where_it_is_used(
    recorded_project: ProjectFolder, sites: dict[str, Path]
) -> None:
    add_packages(recorded_project, sites["twice"])
    recorded_project.write("scenarios/identity.yaml", USES % "[学术助手]")
    result = recorded_project.run("run", "identity")
    assert result.code == 2
    assert "acme_kinds 1.2, other_kinds 1.2" in result.err
    assert recorded_project.run("run", "scenarios/wrong.yaml").code == 1


def test_pytest_finds_the_kind_of_a_package(
    recorded_project: ProjectFolder, sites: dict[str, Path]
) -> None:
    add_packages(recorded_project, sites["good"])
    recorded_project.write("scenarios/identity.yaml", USES % "[学术助手]")
    assert run_pytest_in(recorded_project, "scenarios/identity.yaml").code == 0


# --- the project's own modules -------------------------------------------------------------------

OWN = POLITE.replace(
    "@dataclass(frozen",
    "from coze_harness import register_kind\n\n@register_kind\n@dataclass(frozen",
)


@pytest.fixture
def own(recorded_project: ProjectFolder) -> ProjectFolder:
    """A project with a module that registers a kind."""
    recorded_project.write("kinds/__init__.py", "")
    recorded_project.write("kinds/manners.py", OWN)
    recorded_project.write(
        "harness.yaml", recorded_project.read("harness.yaml") + "expectations: [kinds.manners]\n"
    )
    recorded_project.write("scenarios/identity.yaml", USES % "[学术助手]")
    return recorded_project


def test_harness_yaml_names_modules_that_register_kinds(own: ProjectFolder) -> None:
    assert own.run("check", "identity").code == 0
    assert own.run("run", "identity").code == 0
    assert own.run("mutate", "identity").code in (0, 1)
    assert '"polite"' in own.run("schema").out
    assert own.run("try", "polite: [请]", "进来").code == 1
    assert own.run("run", "identity", cwd=own.root / "scenarios").code == 0


def test_kinds_of_a_project_reach_processes_that_are_not_forked(own: ProjectFolder) -> None:
    code = (
        "import os, threading\n"
        "from concurrent.futures import ProcessPoolExecutor\n"
        "from multiprocessing import get_context\n"
        "from coze_harness import EvaluationContext, Message, Reply, TrialSelection, open_project\n"
        "from coze_harness import select_trials\n"
        "if __name__ == '__main__':\n"
        "    with open_project() as project:\n"
        "        (trial,) = select_trials(project, TrialSelection(paths=('identity',)))\n"
        "    expectations = trial.script.turns({})[0].expectations\n"
        "    said = Message(id='', role='assistant', type='answer', content='学术助手')\n"
        "    reply = Reply(chat_id='', conversation_id='', log_id='', status='completed',\n"
        "                  messages=(said,))\n"
        "    with ProcessPoolExecutor(1, mp_context=get_context('spawn')) as pool:\n"
        "        for one in expectations:\n"
        "            print(pool.submit(one.judge, EvaluationContext('', reply)).result().status)\n"
    )
    own.write("scenarios/spawned.py", code)
    result = subprocess.run(
        [sys.executable, "scenarios/spawned.py"],
        cwd=own.root,
        env=own.env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stdout == "passed\n", result.stderr


def test_an_exception_of_a_kind_is_an_error_of_its_trial(own: ProjectFolder) -> None:
    own.write("scenarios/identity.yaml", USES % "[raise]")
    result = own.run("run", "identity", "weather")
    assert result.code == 2
    statuses = own.statuses()
    assert statuses.pop("identity") == "error"
    assert set(statuses.values()) == {"passed"}
    error = own.lines()["identity"]["error"]
    assert error["where"] == "scenarios/identity.yaml:4:9"
    line = OWN.splitlines().index("            raise LookupError(answer[:3])") + 1
    assert error["detail"] == [f"raised at kinds/manners.py:{line}"]
    assert "LookupError: 我是c" in error["what"]


@pytest.mark.parametrize(
    ("setting", "module", "what", "step"),
    [
        ("[kinds.maners]", "", 'Did you mean "kinds.manners"?', "Put the module into"),
        ("[kinds-manners]", "", "is not the name of a module", "without .py"),
        ("[kinds.manners]", "import no_such_library\n", "raised at kinds/manners.py:1", "Correct"),
        ("[kinds.manners]", OWN.replace("summary =", "summery ="), 'no "summary"', "Correct"),
        ("[kinds.manners]", OWN.replace('"polite"', '"contains"'), "already in use", "Correct"),
    ],
)
def test_a_module_that_cannot_be_used_is_one_error_of_harness_yaml(
    own: ProjectFolder, setting: str, module: str, what: str, step: str
) -> None:
    text = own.read("harness.yaml").replace("[kinds.manners]", setting)
    own.write("harness.yaml", text)
    own.write("kinds/manners.py", module or OWN)
    own.write("scenarios/other.yaml", USES % "[a]")
    for command in ("check", "run", "list"):
        result = own.run(command)
        assert result.code == 2, result
        line = text.splitlines().index(f"expectations: {setting}") + 1
        assert result.err.count(f"harness.yaml:{line}:16: ") == 1
        assert what in result.err
        assert step in result.err


# --- functions -----------------------------------------------------------------------------------

CHECKS = """
def polite(reply):
    return "您" in reply.answer, "no 您"

def breaks(reply):
    return {}[reply.answer[:2]]
"""


@pytest.fixture
def checked_project(recorded_project: ProjectFolder) -> ProjectFolder:
    """A project whose scenario `identity` raises in a function, and `wrong` fails by one."""
    recorded_project.write("own_checks.py", CHECKS)
    for name, function in (("identity", "breaks"), ("wrong", "polite")):
        text = recorded_project.read(f"scenarios/{name}.yaml").partition("    expect:")[0]
        text += f"    expect: [{{python: own_checks:{function}}}]\n"
        recorded_project.write(f"scenarios/{name}.yaml", text)
    return recorded_project


def test_an_exception_of_a_function_is_shown_with_its_line_everywhere(
    checked_project: ProjectFolder,
) -> None:
    result = checked_project.run("run", "identity", "wrong")
    assert result.code == 2
    assert checked_project.statuses() == {"identity": "error", "wrong": "failed"}
    place = "own_checks.py:6"
    report = checked_project.path("reports/latest")
    junit = ET.parse(report / "junit.xml").getroot()  # noqa: S314 (our own)
    (error,) = junit.iter("error")
    (failure,) = junit.iter("failure")
    texts = [
        result.out + result.err,
        (report / "index.html").read_text("utf-8"),
        error.text or "",
    ]
    assert all(place in text for text in texts), [place in text for text in texts]
    assert all("KeyError" in text for text in texts)
    assert "no 您" in (failure.text or "")
    tested = run_pytest_in(checked_project, "scenarios").out
    assert place in tested
    assert "KeyError" in tested
    assert "1 failed, 2 passed, 1 error" in tested.splitlines()[-1]


def test_functions_judge_in_many_processes(checked_project: ProjectFolder) -> None:
    rows = ", ".join(f"{{n: {n}}}" for n in range(400))
    text = checked_project.read("scenarios/wrong.yaml")
    checked_project.write("scenarios/wrong.yaml", f"{text}cases: [{rows}]\n")
    cassette = checked_project.read("cassettes/wrong.yaml")
    trials = json.loads(checked_project.run("list", "wrong", "--json").out)
    for trial in trials:
        checked_project.write(trial["cassette"], cassette)
    assert checked_project.run("run", "wrong", "--workers", "2", "-q").code == 1
    lines = checked_project.lines()
    assert len(lines) == 400
    reasons = {one["turns"][0]["verdicts"][0]["reason"] for one in lines.values()}
    assert reasons == {"no 您"}
