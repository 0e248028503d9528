"""What an error says is a message in both languages, or data that is marked as such."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from coze_harness.model import errors

PACKAGE = Path(__file__).parents[2] / "harness" / "coze_harness"
ERRORS = frozenset(name for name in vars(errors) if name.endswith(("Error", "Errors")))
ROOMS = ["auth", "baseline", "cassettes", "coze", "execution", "results", "storage", "transport"]


def texts_of_errors(room: str) -> Iterator[str]:
    """Yield the place of each text that is written into the call that makes an error."""
    for path in (PACKAGE / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id not in ERRORS:
                continue
            keyword_texts = [
                one.value for one in node.keywords if one.arg in ("next_step", "detail")
            ]
            for argument in (*node.args[:1], *keyword_texts):
                if any(map(is_written_text, shown_parts(argument))):
                    yield f"{path.relative_to(PACKAGE)}:{node.lineno}"


def shown_parts(node: ast.expr) -> Iterator[ast.expr]:
    """Yield what an argument may be: the choices of a condition, the items of a sequence."""
    if isinstance(node, ast.IfExp):
        yield from shown_parts(node.body)
        yield from shown_parts(node.orelse)
    elif isinstance(node, ast.Tuple | ast.List):
        for item in node.elts:
            yield from shown_parts(item)
    else:
        yield node


def is_written_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value != ""
    )


@pytest.mark.parametrize("room", ROOMS)
def test_no_error_is_written_in_one_language(room: str) -> None:
    assert list(texts_of_errors(room)) == []
