"""Errors of texts that are not YAML: in our words, at the place to edit, with the edit."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

import yaml

from coze_harness.messages import LocalizedText, message
from coze_harness.text.spelling import FULL_WIDTH_COLONS, WIDE_BRACKETS, split_full_width_pair
from coze_harness.yaml_source.scalars import MAX_SHOWN, quote_scalar, quoting_step

_INDENT: Final = message("yaml.check_indentation")
_SENTENCES: Final = (
    # libyaml's words, ours, what to do
    (
        "mapping values are not allowed",
        message("yaml.second_colon"),
        message("yaml.quote_long"),
    ),
    (
        "did not find expected ',' or ']'",
        message("yaml.open_list"),
        message("yaml.open_list.next"),
    ),
    (
        "did not find expected ',' or '}'",
        message("yaml.open_mapping"),
        message("yaml.open_mapping.next"),
    ),
    ("expected node content", message("yaml.missing_value"), _INDENT),
    ("did not find expected key", message("yaml.stray_key"), _INDENT),
    ("did not find expected '-'", message("yaml.stray_item"), _INDENT),
)
_POINT_AT_START: Final = ("',' or ']'", "',' or '}'")
"""Problems that libyaml reports at the end of the value that has one."""

_FULL_WIDTH_KEY: Final = re.compile(
    rf"[ \t]*(?:- +)*([a-z_]{{2,}}\s*([{FULL_WIDTH_COLONS}])[^\n]*)"
)
_FULL_WIDTH_COMMA: Final = re.compile(r"(，)\s*[A-Za-z_]+:(?:\s|$)")
_COMMENT: Final = re.compile(r"[ \t](#)\S")
_VALUE_START: Final = re.compile(r"[ \t]*(?:- +)*(?:[^\s\"'\[{:#-][^:\n]*:[ \t]+)?")
_FIRST_KEY: Final = re.compile(r"[ \t]*(?:- +)*[^\s\"'\[{:#-][^:\n]*$")
_OTHER_DASH: Final = re.compile(r"([-－—–•·])\s*([^\n]*)")
_CONFLICT_MARKS: Final = ("<<<<<<<", "=======", ">>>>>>>")
_NESTED_PAIR: Final = re.compile(r"[A-Za-z_]+: ")


class SyntaxFault(NamedTuple):
    """What is wrong, at which character of the text, and what to do."""

    what: LocalizedText
    at: int
    next_step: LocalizedText


class _Problem(NamedTuple):
    """What libyaml reports; `start` is where the value begins that it was reading."""

    text: str
    words: str
    context: str
    at: int
    start: int

    def line(self, index: int) -> tuple[int, str]:
        """Return where the line of a character begins, and the line."""
        start = self.text.rfind("\n", 0, index) + 1
        end = self.text.find("\n", index)
        return start, self.text[start : len(self.text) if end < 0 else end].rstrip("\r")

    def value(self, index: int) -> str:
        """Return what its author means to be the value that a character is in."""
        start, line = self.line(index)
        head = _VALUE_START.match(line)
        begin = head.end() if head else 0
        if line[begin : begin + 1] not in ("[", "{") or line.startswith("{{", begin):
            return line[begin:].strip()
        return _flow_item(line, index - start)


def _short(text: str) -> str:
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"


def explain_syntax_error(text: str, error: yaml.MarkedYAMLError) -> SyntaxFault:
    """Return what is wrong with a text that libyaml cannot read."""
    end = min(error.problem_mark.index if error.problem_mark else 0, len(text))
    start = end if error.context_mark is None else min(error.context_mark.index, end)
    problem = _Problem(text, error.problem or "", error.context or "", end, start)
    for explain in _EXPLANATIONS:
        if fault := explain(problem):
            return fault
    for words, sentence, next_step in _SENTENCES:
        if words in problem.words:
            is_at_start = any(one in problem.words for one in _POINT_AT_START)
            return SyntaxFault(sentence, start if is_at_start else end, next_step)
    reason = " ".join(filter(None, (problem.context, problem.words)))
    return SyntaxFault(message("yaml.invalid", reason=reason), end, message("yaml.invalid.next"))


def template_fault(text: str, index: int) -> SyntaxFault | None:
    """Return the fault of an unquoted `{{ … }}`, which YAML reads as a mapping in a mapping.

    Args:
        text: the file's.
        index: of the second brace, where the inner mapping begins.
    """
    if text[index - 1 : index + 1] != "{{":
        return None
    return _template(_Problem(text, "", "", index, index), index - 1)


def _template(problem: _Problem, index: int) -> SyntaxFault:
    return SyntaxFault(message("yaml.template"), index, quoting_step(problem.value(index)))


def _explain_full_width_colon(problem: _Problem) -> SyntaxFault | None:
    """A key with a full-width colon is text, and what follows does not fit it."""
    index = problem.at
    for _ in range(3):
        start, line = problem.line(index)
        pair = _FULL_WIDTH_KEY.match(line)
        if pair and (key := split_full_width_pair(pair.group(1))):
            return SyntaxFault(
                message("yaml.wide_colon", key=key[0]),
                start + pair.start(2),
                message("yaml.write", text=f"{key[0]}: {_short(key[1])}".rstrip()),
            )
        index = start - 1
        if index < 0:
            break
    return None


def _explain_flow(problem: _Problem) -> SyntaxFault | None:
    """In brackets, a template, a comment or a full-width comma hides the end."""
    if "expected ',' or" not in problem.words:
        return None
    inside = problem.text[problem.start : problem.at + 2]
    if (at := inside.find("{{")) >= 0:
        return _template(problem, problem.start + at)
    if comma := _FULL_WIDTH_COMMA.search(inside):
        return _full_width_comma(problem.start + comma.start(1))
    if comment := _COMMENT.search(inside):
        index = problem.start + comment.start(1)
        step = quoting_step(problem.value(index))
        return SyntaxFault(message("yaml.comment_in_brackets"), index, step)
    return None


def _full_width_comma(index: int) -> SyntaxFault:
    return SyntaxFault(message("yaml.wide_comma"), index, message("yaml.wide_comma.next"))


def _explain_rest_of_line(problem: _Problem) -> SyntaxFault | None:
    """A quote or bracket closes before the value ends: `"he said "hi""`, `[0-9]+`."""
    start, line = problem.line(problem.at)
    before = line[: problem.at - start].rstrip()
    rest = line[problem.at - start :]
    if before[-1:] not in ('"', "'", "]", "}") or not rest.strip() or rest[0] in ":,]}#":
        return None
    if rest.startswith("，"):
        return _full_width_comma(problem.at)
    if before[-1] in "]}":
        step = quoting_step(_from_bracket(line, before, rest))
        return SyntaxFault(message("yaml.brackets_end"), problem.at, step)
    value = problem.value(problem.at)
    if len(value) > 1 and value[0] == value[-1] == before[-1]:
        value = value[1:-1]
    return SyntaxFault(message("yaml.quotes_end"), problem.at, quoting_step(value))


def _explain_escape(problem: _Problem) -> SyntaxFault | None:
    """In double quotes, a backslash begins an escape sequence."""
    if "escape" not in problem.words and "decimal number" not in problem.words:
        return None
    index = problem.text.rfind("\\", 0, problem.at + 1)
    start, line = problem.line(index)
    opening = problem.text.rfind('"', start, index)
    closing = line.find('"', index - start + 2)
    value = line[opening - start + 1 : len(line) if closing < 0 else closing]
    step = message("yaml.single_quotes", quoted=quote_scalar(value))
    return SyntaxFault(
        message("yaml.escape", escape=problem.text[index : index + 2]),
        index,
        step if len(value) <= MAX_SHOWN else quoting_step(value),
    )


def _explain_first_character(problem: _Problem) -> SyntaxFault | None:
    """Some characters begin something else than text."""
    if "cannot start any token" in problem.words and problem.at < len(problem.text):
        index = problem.at
        if problem.text[index] == "\t":
            return SyntaxFault(message("yaml.tab"), index, message("yaml.tab.next"))
    elif any(word in problem.context for word in ("alias", "anchor", "block scalar", "a tag")):
        index = problem.start
    else:
        return None
    return SyntaxFault(
        message("yaml.first_character", character=problem.text[index]),
        index,
        quoting_step(problem.value(index)),
    )


def _explain_second_colon(problem: _Problem) -> SyntaxFault | None:
    """A `: ` in a text, or a key that is indented too far."""
    if "mapping values are not allowed" not in problem.words:
        return None
    start, line = problem.line(problem.at)
    if _FIRST_KEY.match(line[: problem.at - start]):
        indent = len(line) - len(line.lstrip())
        if not indent:
            above = problem.text.rfind("\n", 0, max(0, start - 1)) + 1
            return _no_pair(problem.text, above)
        return SyntaxFault(
            message("yaml.continued_text"), start + indent, message("yaml.continued_text.next")
        )
    value = problem.value(problem.at)
    step = quoting_step(value)
    if value[:1] in WIDE_BRACKETS:
        return SyntaxFault(
            message("yaml.wide_bracket", bracket=value[0]),
            start + line.index(value[0]),
            message("yaml.wide_bracket.next", list=f"[{_short(value[1:-1])}]"),
        )
    if _NESTED_PAIR.match(value) and len(value) <= MAX_SHOWN:
        mapping, quoted = f"{{{value}}}", quote_scalar(value)
        step = message("yaml.mapping_or_text", mapping=mapping, quoted=quoted)
    return SyntaxFault(message("yaml.second_colon"), problem.at, step)


def _explain_missing_space(problem: _Problem) -> SyntaxFault | None:
    """In brackets, a colon that a bracket follows needs a space between them."""
    if "found unexpected ':'" not in problem.words:
        return None
    pair = f": {problem.text[problem.at + 1 : problem.at + 2]}"
    return SyntaxFault(message("yaml.no_space"), problem.at, message("yaml.write", text=pair))


def _explain_open_quote(problem: _Problem) -> SyntaxFault | None:
    if "found unexpected end of stream" not in problem.words:
        return None
    step = message("yaml.open_quote.next", quote=problem.text[problem.start : problem.start + 1])
    return SyntaxFault(message("yaml.open_quote"), problem.start, step)


def _explain_missing_colon(problem: _Problem) -> SyntaxFault | None:
    if "could not find expected ':'" not in problem.words:
        return None
    dash = _OTHER_DASH.match(problem.text, problem.start)
    if dash:
        return SyntaxFault(
            message("yaml.wide_dash", dash=dash.group(1)),
            problem.start,
            message("yaml.write_entry", entry=f"- {_short(dash.group(2))}"),
        )
    return _no_pair(problem.text, problem.start)


def _no_pair(text: str, at: int) -> SyntaxFault:
    """Return the fault of a line that is neither a key nor the text of one."""
    step = message("yaml.no_pair.next")
    if text.startswith(_CONFLICT_MARKS, at):
        step = message("yaml.conflict.next")
    return SyntaxFault(message("yaml.no_pair"), at, step)


_EXPLANATIONS: Final[tuple[Callable[[_Problem], SyntaxFault | None], ...]] = (
    _explain_escape,
    _explain_rest_of_line,
    _explain_first_character,
    _explain_full_width_colon,
    _explain_flow,
    _explain_second_colon,
    _explain_missing_space,
    _explain_open_quote,
    _explain_missing_colon,
)


def _from_bracket(line: str, before: str, rest: str) -> str:
    """Return a text that begins with a bracket, such as the pattern `[0-9]+`."""
    opening = before.rfind("[" if before[-1] == "]" else "{")
    head = _VALUE_START.match(line)
    is_block = head is not None and head.end() == opening
    return line[opening:].strip() if is_block else before[opening:] + re.split(r"[,\]}]", rest)[0]


def _flow_item(line: str, at: int) -> str:
    """Return the item of a flow list or mapping around a place of a line, templates whole."""
    start = at
    while start > max(0, at - MAX_SHOWN) and not re.match(
        r"[\[,]|: |(?<!\{)\{(?!\{)", line[start - 1 : start + 2]
    ):
        start -= 1
    end = at
    depth = 0
    while end < min(len(line), at + MAX_SHOWN):
        if line.startswith("{{", end):
            depth, end = depth + 1, end + 2
            continue
        if depth and line.startswith("}}", end):
            depth, end = depth - 1, end + 2
            continue
        if not depth and line[end] in ",]}":
            break
        end += 1
    return line[start:end].strip()
