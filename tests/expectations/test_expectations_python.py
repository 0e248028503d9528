"""The kind `python`: which functions it takes, how it calls them, and what they may return."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from builders import reply
from coze_harness.expectations import ExpectationKind, build_expectation
from coze_harness.expectations.function_reference import FunctionReference
from coze_harness.model import Verdict, VerdictStatus
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import Location
from coze_harness.model.project_code import ProjectCode
from coze_harness.model.trial import EvaluationContext
from coze_harness.yaml_source import read_yaml
from declaring import answer_context

CHECKS = """
import json
from .beside import WORDS

RETURNED = [
    True, False, 0, 1, 0.5, 0.49, 1.0, (True, "r"), (False, "r"), (0.4, "r"),
]
WRONG = [
    None, "yes", 2, -0.1, float("nan"), float("inf"), [True], (True,), (True, 1), (True, "r", 1),
    ("yes", "r"), 1j, {}, object(),
]

def returned(reply, n):
    return RETURNED[n]

def wrong(reply, n):
    return WRONG[n]

def polite(reply):
    return any(word in reply.answer for word in WORDS)

def asked(reply, context):
    turns = [*zip(context.previous_prompts, (one.answer for one in context.previous_replies))]
    return False, f"{turns} {context.prompt} {reply is context.reply}"

def optional(reply, least=3, *, most=5):
    return False, f"{least} {most}"

def any_words(reply, **words):
    return False, str(sorted(words))

def nested(reply):
    return json.loads(reply.answer)

def leaves(reply):
    raise SystemExit(3)

def no_reply():
    return True

async def later(reply):
    return True

class Tone:
    def __init__(self, reply):
        self.reply = reply

    @staticmethod
    def formal(reply):
        return "您" in reply.answer

TEXT = "no function"
"""


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProjectCode]:
    """The code of a project with a package of functions, which is forgotten afterwards."""
    root = tmp_path_factory.mktemp("project")
    folder = root / "own_checks"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "beside.py").write_text("WORDS = ['请', '您']\n", "utf-8")
    (folder / "tone.py").write_text(CHECKS, "utf-8")
    (folder / "broken.py").write_text("\n\nimport no_such_library\n", "utf-8")
    (folder / "syntax.py").write_text("\ndef f(:\n", "utf-8")
    (root / "colorsys.py").write_text("def f(reply): return True\n", "utf-8")
    yield ProjectCode(str(root))
    for name in [name for name in sys.modules if name.startswith("own_checks")]:
        del sys.modules[name]


def declare(item: str, code: ProjectCode) -> ExpectationKind:
    document = read_yaml(f"- {item}", "scenarios/a.yaml", ScenarioError)
    assert isinstance(document.data, list)
    return build_expectation(document.data[0], document.positions.below(0), code)


def judge(item: str, code: ProjectCode, answer: str = "好的") -> Verdict:
    return declare(item, code).judge(answer_context(answer))


def refusal(item: str, code: ProjectCode) -> ScenarioError:
    with pytest.raises(ScenarioError) as caught:
        declare(item, code)
    return caught.value


def test_a_function_of_the_project_judges_and_the_import_path_stays(code: ProjectCode) -> None:
    path = list(sys.path)
    expectation = declare("python: own_checks.tone:polite", code)
    assert expectation.judge(answer_context("请进")).status is VerdictStatus.PASSED
    assert expectation.judge(answer_context("进来")).status is VerdictStatus.FAILED
    assert judge("python: own_checks.tone:Tone.formal", code, "您好").status.value == "passed"
    assert sys.path == path


@pytest.mark.parametrize(
    ("number", "status", "score"),
    [
        (0, "passed", None), (1, "failed", None), (2, "failed", 0.0), (3, "passed", 1.0),
        (4, "passed", 0.5), (5, "failed", 0.49), (6, "passed", 1.0), (7, "passed", None),
        (8, "failed", None), (9, "failed", 0.4),
    ],
)  # fmt: skip
def test_a_function_returns_a_verdict_or_a_score(
    code: ProjectCode, number: int, status: str, score: float | None
) -> None:
    verdict = judge(f"python: {{function: own_checks.tone:returned, args: {{n: {number}}}}}", code)
    assert (verdict.status.value, verdict.score) == (status, score)
    assert (str(verdict.reason) == "r") == (number > 6)
    assert verdict.reason


def test_a_score_is_compared_with_at_least(code: ProjectCode) -> None:
    item = "python: {function: own_checks.tone:returned, args: {n: 4}, at_least: %s}"
    assert judge(item % "0.5", code).status is VerdictStatus.PASSED
    low = judge(item % "0.51", code)
    assert low.reason.id == "kind.python.low_score"
    assert low.reason.params == {"score": 0.5, "least": 0.51}
    assert low.expected.id == "kind.python.expected.score"


@pytest.mark.parametrize("number", range(14))
def test_anything_else_is_an_error_that_shows_it(code: ProjectCode, number: int) -> None:
    item = f"python: {{function: own_checks.tone:wrong, args: {{n: {number}}}}}"
    with pytest.raises(ScenarioError) as caught:
        judge(item, code)
    assert caught.value.what.id == "kind.python.returned"
    assert str(caught.value.where) == "scenarios/a.yaml:1:22"


def test_the_conversation_goes_to_the_parameter_context(code: ProjectCode) -> None:
    context = EvaluationContext("b", reply("B"), (reply("A"),), None, ("a",))
    verdict = declare("python: own_checks.tone:asked", code).judge(context)
    assert str(verdict.reason) == "[('a', 'A')] b True"


def test_other_parameters_keep_their_defaults_or_get_args(code: ProjectCode) -> None:
    assert str(judge("python: own_checks.tone:optional", code).reason) == "3 5"
    item = "python: {function: own_checks.tone:optional, args: {most: 7}}"
    assert str(judge(item, code).reason) == "3 7"
    anything = "python: {function: own_checks.tone:any_words, args: {b: 1, a: [x]}}"
    assert str(judge(anything, code).reason) == "['a', 'b']"


@pytest.mark.parametrize(
    ("item", "place", "what", "nearest"),
    [
        ("python: own_checks.tone", "1:11", "kind.python.name", ""),
        ("python: own_check.tone:polite", "1:11", "function.import", "own_checks"),
        ("python: own_checks.tome:polite", "1:11", "function.import", "own_checks.tone"),
        ("python: own_checks.tone:polit", "1:11", "function.undefined", "polite"),
        ("python: own_checks.tone:Tone.formel", "1:11", "function.undefined", "formal"),
        ("python: own_checks.tone:TEXT", "1:11", "function.not_function", ""),
        ("python: own_checks.tone:no_reply", "1:11", "kind.python.call", ""),
        ("python: own_checks.tone:later", "1:11", "kind.python.async", ""),
        ("python: own_checks.tone:returned", "1:11", "kind.python.call", ""),
        ("python: colorsys:f", "1:11", "function.import", ""),
        ("python: {function: own_checks.tone:optional, args: {lest: 1}}", "1:55",
         "kind.python.argument", "least"),
        ("python: {function: own_checks.tone:polite, args: [1]}", "1:52",
         "expectation.type_error", ""),
        ("python: {function: own_checks.tone:polite, at_least: 1.5}", "1:56",
         "expectation.number.up_to", ""),
        ("python: {args: {}}", "1:11", "expectation.key_required", ""),
        ("python: 3", "1:11", "expectation.type_error.read", ""),
    ],
)  # fmt: skip
def test_a_function_that_cannot_be_called_is_an_error_of_its_place(
    code: ProjectCode, item: str, place: str, what: str, nearest: str
) -> None:
    import colorsys  # noqa: F401 (loaded already when the project's module of that name is named)

    error = refusal(item, code)
    assert str(error.where) == f"scenarios/a.yaml:{place}"
    message = error.what
    if nearest:
        assert message.params["word"] == nearest
        inner = message.params["what"]
        assert not isinstance(inner, str | int | float | tuple)
        message = inner
    assert message.id == what
    assert error.next_step


@pytest.mark.parametrize(
    ("item", "reason", "place"),
    [
        ("python: own_checks.broken:f", "no_such_library", "own_checks/broken.py:3"),
        ("python: own_checks.syntax:f", "SyntaxError", "own_checks/syntax.py:2"),
    ],
)
def test_an_import_that_raises_shows_the_line(
    code: ProjectCode, item: str, reason: str, place: str
) -> None:
    error = refusal(item, code)
    assert reason in str(error.what)
    assert [line.params["place"] for line in error.detail] == [place]


@pytest.mark.parametrize(
    ("name", "raising"),
    [("nested", "    return json.loads(reply.answer)"), ("leaves", "    raise SystemExit(3)")],
)
def test_an_exception_is_an_error_with_the_line_in_the_function_s_file(
    code: ProjectCode, name: str, raising: str
) -> None:
    """The line of the author is shown, and none of the library that it calls."""
    with pytest.raises(ScenarioError) as caught:
        judge(f"any_of: [x, {{python: own_checks.tone:{name}}}]", code)
    assert caught.value.what.id == "function.raised"
    assert str(caught.value.where) == "scenarios/a.yaml:1:24"
    place = f"own_checks/tone.py:{CHECKS.splitlines().index(raising) + 1}"
    assert [one.params["place"] for one in caught.value.detail] == [place]


def test_another_process_finds_the_function(code: ProjectCode) -> None:
    expectation = declare("python: own_checks.tone:polite", code)
    data = pickle.dumps(expectation)
    for name in [name for name in sys.modules if name.startswith("own_checks")]:
        del sys.modules[name]
    unpickled = pickle.loads(data)  # noqa: S301 (our own)
    assert unpickled == expectation
    assert unpickled.judge(answer_context("请进")).status is VerdictStatus.PASSED


def test_an_edited_function_is_another_expectation(code: ProjectCode) -> None:
    before = declare("python: own_checks.tone:polite", code)
    assert declare("python: own_checks.tone:polite", code) == before
    file = Path(code.root, "own_checks", "tone.py")
    text = file.read_text("utf-8")
    try:
        file.write_text(text + "# edited\n", "utf-8")
        assert declare("python: own_checks.tone:polite", code) != before
    finally:
        file.write_text(text, "utf-8")


def test_a_module_that_another_thread_imports_is_waited_for(tmp_path: Path) -> None:
    slow = "import time\ntime.sleep(0.3)\ndef polite(reply):\n    return True\n"
    (tmp_path / "slow_checks.py").write_text(slow, "utf-8")
    reference = FunctionReference("slow_checks:polite", str(tmp_path), Location("a.yaml", 1))
    try:
        with ThreadPoolExecutor(4) as threads:
            loaded = list(threads.map(lambda _: reference.load(), range(4)))
    finally:
        sys.modules.pop("slow_checks", None)
    assert len(set(map(id, loaded))) == 1
