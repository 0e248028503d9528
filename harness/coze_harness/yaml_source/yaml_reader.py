"""Bytes or text into a document; every failure becomes an error with its place and next step."""

from __future__ import annotations

import re
from typing import Final

import yaml
from msgspec import Struct

from coze_harness.messages import UserText, message
from coze_harness.model import JSON
from coze_harness.model.errors import HarnessError
from coze_harness.model.location import Location
from coze_harness.yaml_source.composer import ComposeError, Composer, NestingError
from coze_harness.yaml_source.source_map import SourceText, YamlPositions

MAX_SIZE: Final = 10_000_000
"""Bytes (or characters) above which a file is rejected without being parsed."""

_FORBIDDEN = re.compile("[\x00-\x08\v\f\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_SEPARATOR = re.compile("[\x85\u2028\u2029]")


class YamlDocument(Struct, frozen=True):
    """A file's data, where each piece of it is, and the text (without byte order mark)."""

    data: JSON
    positions: YamlPositions
    text: str


def read_yaml(
    source: bytes | str,
    path: str,
    error: type[HarnessError],
    *,
    max_size: int = MAX_SIZE,
    allow_binary: bool = False,
) -> YamlDocument:
    """Read one YAML document into plain data, without trusting it.

    Args:
        source: the file's content; bytes are UTF-8, with or without a byte order mark.
        path: the file's name as messages and positions show it.
        error: the class of error to raise.
        max_size: bytes or characters that the content may have.
        allow_binary: `!!binary` values are read as `bytes`, which the type `JSON` does not mention.

    Raises:
        HarnessError: of the class `error`; nothing else, whatever the content.
    """
    if len(source) > max_size:
        raise error(
            message("yaml.size", megabytes=max_size // 1_000_000),
            where=Location(path, 1, 1),
            next_step=message("yaml.size.next"),
        )
    text = SourceText(source if isinstance(source, str) else _decode(source, path, error), path)
    if text.text.startswith("\ufeff"):
        text.text = text.text[1:]
    try:
        composer = _compose(text.text, allow_binary=allow_binary)
    except ComposeError as cause:
        from coze_harness.yaml_source.syntax_errors import template_fault  # only errors need it

        template = template_fault(text.text, cause.index)
        if template and not isinstance(cause, NestingError):
            what, index, step = template
            raise error(what, where=text.location(index), next_step=step) from cause
        detail: tuple[UserText, ...] = ()
        if cause.other is not None:
            detail = (message("yaml.also_at", place=str(text.location(cause.other))),)
        raise error(
            cause.what,
            where=text.location(cause.index),
            next_step=cause.next_step,
            detail=detail,
        ) from cause
    except (yaml.YAMLError, UnicodeEncodeError) as cause:
        raise _syntax_error(cause, text, error) from cause
    return YamlDocument(composer.value, YamlPositions(text, composer.node), text.text)


def _compose(text: str, *, allow_binary: bool) -> Composer:
    composer = Composer(allow_binary=allow_binary)
    try:
        composer.take_all(_parser(text).get_event)
    except yaml.MarkedYAMLError as error:
        _check_nesting(text, error)
        raise
    return composer


def _check_nesting(text: str, error: yaml.MarkedYAMLError) -> None:
    """Report our nesting limit first where libyaml's own (since 0.2.6) was reached before it.

    libyaml scans up to 1,024 characters ahead before it hands out an event. The events of the text
    before the error are what it had not handed out yet.

    Raises:
        NestingError: the text before the error is nested too deeply.
    """
    if error.problem_mark is None:
        return
    try:
        Composer().take_all(_parser(text[: error.problem_mark.index]).get_event)
    except NestingError:
        raise
    except (yaml.YAMLError, ComposeError):
        return


def _parser(text: str) -> yaml.CSafeLoader | yaml.SafeLoader:
    """Return libyaml's event parser; PyYAML's own where it was built without libyaml."""
    return yaml.CSafeLoader(text) if yaml.__with_libyaml__ else yaml.SafeLoader(text)


def _decode(source: bytes, path: str, error: type[HarnessError]) -> str:
    try:
        return source.decode("utf-8")
    except UnicodeDecodeError as cause:
        line = source.count(b"\n", 0, cause.start) + 1
        what = message("yaml.encoding", byte=f"0x{source[cause.start]:02x}", offset=cause.start)
        if source[:2] in (b"\xff\xfe", b"\xfe\xff"):
            what = message("yaml.encoding_utf_sixteen")
        raise error(
            what, where=Location(path, line), next_step=message("yaml.encoding.next")
        ) from cause


def _syntax_error(
    cause: yaml.YAMLError | UnicodeEncodeError, text: SourceText, error: type[HarnessError]
) -> HarnessError:
    """Return the error for a text that is not YAML, in our words."""
    character = _FORBIDDEN.search(text.text)
    if character and not isinstance(cause, yaml.MarkedYAMLError):
        return error(
            message("yaml.character", code=f"U+{ord(character.group()):04X}"),
            where=text.location(character.start()),
            next_step=message("yaml.character.next"),
        )
    if not isinstance(cause, yaml.MarkedYAMLError) or cause.problem_mark is None:
        return error(message("yaml.invalid", reason=str(cause)), where=Location(text.path))
    from coze_harness.yaml_source.syntax_errors import explain_syntax_error  # only errors need it

    what, index, step = explain_syntax_error(text.text, cause)
    separator = _SEPARATOR.search(text.text, 0, index)
    detail: tuple[UserText, ...] = ()
    if separator:
        code = f"U+{ord(separator.group()):04X}"
        place = str(text.location(separator.start()))
        detail = (message("yaml.line_separator", code=code, place=place),)
    return error(what, where=text.location(index), next_step=step, detail=detail)
