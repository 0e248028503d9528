"""Bytes or text into a document, and every way in which that can fail, in words."""

from __future__ import annotations

import re
from dataclasses import dataclass

import yaml

from coze_harness.model import JSON
from coze_harness.model.errors import HarnessError
from coze_harness.model.location import Location
from coze_harness.yaml_source.composer import Composer
from coze_harness.yaml_source.opened import ComposeError
from coze_harness.yaml_source.source_map import SourceText, YamlPositions

LARGEST = 10_000_000
"""Bytes (or characters) above which a file is refused unread."""

_FORBIDDEN = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_SEPARATOR = re.compile("[\x85\u2028\u2029]")
_QUOTE = "Put quotes around the text."
_INDENT = "Check the indentation."
_SENTENCES = (
    # libyaml's words, ours, what to do
    ("mapping values are not allowed", "A second `: ` stands where YAML wants none.", _QUOTE),
    ("did not find expected ',' or ']'", "The list opened with `[` is not closed.", "Add `]`."),
    ("did not find expected ',' or '}'", "The mapping opened with `{` is not closed.", "Add `}`."),
    ("expected node content", "A value is missing, or a bracket is not closed.", _INDENT),
    ("found unexpected end of stream", "The quote opened here is never closed.", "Close it."),
    (
        "could not find expected ':'",
        "This line is no `key: value`.",
        _QUOTE,
    ),
    (
        "did not find expected key",
        "This does not fit the keys around it.",
        "Check the indentation.",
    ),
    (
        "did not find expected '-'",
        "This does not fit the list around it.",
        "Check the indentation.",
    ),
)
_OPENED = ("',' or ']'", "',' or '}'", "unexpected end of stream")


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """A file's data, where each piece of it stands, and the text (without byte order mark)."""

    data: JSON
    positions: YamlPositions
    text: str


def read_yaml(source: bytes | str, path: str, error: type[HarnessError]) -> YamlDocument:
    """Read one YAML document into plain data.

    Args:
        source: the file's content; bytes are UTF-8, with or without a byte order mark.
        path: the file's name as messages and places show it.
        error: the class of error to raise.

    Raises:
        HarnessError: of the class asked for; nothing else, whatever the content.
    """
    if len(source) > LARGEST:
        raise error(
            f"The file is larger than {LARGEST // 1_000_000} MB.",
            where=Location(path, 1, 1),
            next_step="Split it, or move its data into `cases:` files.",
        )
    text = SourceText(source if isinstance(source, str) else _decode(source, path, error), path)
    if text.text.startswith("\ufeff"):
        text.text = text.text[1:]
    composer = Composer()
    try:
        composer.take_all(_parser(text.text).get_event)
    except ComposeError as cause:
        detail = () if cause.other is None else (f"also written at {text.location(cause.other)}",)
        raise error(
            cause.what,
            where=text.location(cause.index),
            next_step=cause.next_step,
            detail=detail,
        ) from cause
    except (yaml.YAMLError, UnicodeEncodeError) as cause:
        raise _explained(cause, text, error) from cause
    return YamlDocument(composer.value, YamlPositions(text, composer.node), text.text)


def _parser(text: str) -> yaml.CSafeLoader | yaml.SafeLoader:
    """Return libyaml's event parser; PyYAML's own where it was built without libyaml."""
    return yaml.CSafeLoader(text) if yaml.__with_libyaml__ else yaml.SafeLoader(text)


def _decode(source: bytes, path: str, error: type[HarnessError]) -> str:
    try:
        return source.decode("utf-8")
    except UnicodeDecodeError as cause:
        before = source[: cause.start]
        line = before.count(b"\n") + 1
        hint = " It looks like UTF-16." if source[:2] in (b"\xff\xfe", b"\xfe\xff") else ""
        raise error(
            f"The file is not UTF-8: byte 0x{source[cause.start]:02x} at offset {cause.start}"
            f" (line {line}).{hint}",
            where=Location(path, line),
            next_step="Save the file as UTF-8.",
        ) from cause


def _explained(
    cause: yaml.YAMLError | UnicodeEncodeError, text: SourceText, error: type[HarnessError]
) -> HarnessError:
    """Return an error in our words for what the YAML parser refused."""
    forbidden = _FORBIDDEN.search(text.text)
    if forbidden and not isinstance(cause, yaml.MarkedYAMLError):
        return error(
            f"The character U+{ord(forbidden.group()):04X} cannot stand in a YAML file.",
            where=text.location(forbidden.start()),
            next_step="Take it out, or write it as an escape inside double quotes.",
        )
    if not isinstance(cause, yaml.MarkedYAMLError) or cause.problem_mark is None:
        return error(f"This is not valid YAML: {cause}", where=Location(text.path))
    problem = cause.problem or ""
    index = min(cause.problem_mark.index, len(text.text))
    what = f"This is not valid YAML: {' '.join(filter(None, (cause.context, problem)))}."
    step = "Check indentation, quotes and colons on this line."
    for theirs, ours, next_step in _SENTENCES:
        if theirs in problem:
            what, step = ours, next_step
    if cause.context_mark is not None and any(part in problem for part in _OPENED):
        index = cause.context_mark.index
    if "cannot start any token" in problem and index < len(text.text):
        what, step = _bad_start(text.text, index)
    separator = _SEPARATOR.search(text.text, 0, index)
    detail: tuple[str, ...] = ()
    if separator:
        detail = (
            f"an invisible U+{ord(separator.group()):04X} at {text.location(separator.start())}"
            " ends the line for YAML",
        )
    return error(what, where=text.location(index), next_step=step, detail=detail)


def _bad_start(text: str, index: int) -> tuple[str, str]:
    """Return the sentence and next step for a character that cannot begin a value."""
    character = text[index]
    if character == "\t":
        return "A tab stands where YAML wants spaces.", "Indent with spaces."
    return f"A text cannot begin with `{character}` unless it is quoted.", _QUOTE
