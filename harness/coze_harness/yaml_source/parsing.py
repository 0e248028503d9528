"""YAML of unknown origin into data, without trusting it.

libyaml's composer calls itself for each level and overflows the C stack on a deeply nested file,
which ends the process; a few aliases can stand for billions of values; a long clock time (`1:2:…`)
is a number that takes hours to work out. So the events are looked through first.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import yaml
from yaml import events

from coze_harness.model.errors import CassetteUnreadableError
from coze_harness.model.location import Location

AGAIN: Final = "record it again, or take the file from version control."
LARGEST: Final = 50_000_000
"""Bytes above which a file that is not in our own shape is refused unread."""
DEPTH: Final = 100
"""How many lists and mappings may stand inside each other; bodies are text and do not count."""
ALIASED: Final = 100_000
"""How many values may come into a file by aliases."""

_LONGEST_NUMBER = 400
_NUMERIC = re.compile(r"[-+0-9_:.]+")
_CONFLICT = re.compile(r"^(?:<{7}|\|{7}|={7}|>{7})(?:[ \r]|$)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class UntrustedYaml:
    """A file's data, and the scalar that stands last in it.

    A file that was cut short ends in that scalar: `tail` is its text, `tail_style` how it was
    written (`"`, `'`, `|`, `>`; empty for none of these).
    """

    data: Any
    tail: str
    tail_style: str


class _Open:
    """A list or mapping whose end has not come yet; `keys` of a mapping, `None` for a list."""

    __slots__ = ("anchor", "at_key", "before", "keys")

    def __init__(self, anchor: str | None, before: int, *, mapping: bool) -> None:
        self.anchor = anchor
        self.before = before
        self.keys: set[str] | None = set() if mapping else None
        self.at_key = mapping


class _Look:
    """Looks through a file's events, and keeps the last scalar."""

    def __init__(self) -> None:
        self.tail = ""
        self.tail_style = ""
        self._open: list[_Open] = []
        self._sizes: dict[str, int] = {}
        self._values = 0
        self._aliased = 0

    def take(self, event: yaml.Event) -> str:
        """Take the next event; return what is wrong with it, if anything."""
        if isinstance(event, events.ScalarEvent):
            return self._scalar(event)
        if isinstance(event, events.CollectionStartEvent):
            self._count(None)
            mapping = isinstance(event, events.MappingStartEvent)
            self._open.append(_Open(event.anchor, self._values, mapping=mapping))
            if len(self._open) > DEPTH:
                return f"the nesting is more than {DEPTH} levels deep"
        elif isinstance(event, events.CollectionEndEvent):
            done = self._open.pop()
            if done.anchor is not None:
                self._sizes[done.anchor] = self._values - done.before + 1
        elif isinstance(event, events.AliasEvent):
            return self._alias(event.anchor)
        return ""

    def _count(self, text: str | None) -> bool:
        """Count a value, in its mapping too; tell whether it is a key that stands there already."""
        self._values += 1
        if not self._open or (keys := self._open[-1].keys) is None:
            return False
        top = self._open[-1]
        top.at_key = not top.at_key
        if top.at_key or text is None:
            return False
        known = text in keys
        keys.add(text)
        return known

    def _scalar(self, event: events.ScalarEvent) -> str:
        if self._count(event.value):
            return f"the key `{event.value[:40]}` is written twice"
        self.tail, self.tail_style = event.value, event.style or ""
        if event.anchor is not None:
            self._sizes[event.anchor] = 1
        if len(event.value) > _LONGEST_NUMBER and _NUMERIC.fullmatch(event.value):
            plain = not self.tail_style and event.tag is None
            if plain or (event.tag or "").endswith((":int", ":float")):
                return "a number is too long"
        return ""

    def _alias(self, name: str | None) -> str:
        size = self._sizes.get(name or "")
        if size is None:
            return f"`*{name}` has no `&{name}` before it, or stands inside it"
        self._count(None)
        self._values += size - 1
        self._aliased += size
        return f"aliases stand for more than {ALIASED:,} values" if self._aliased > ALIASED else ""


def read_untrusted_yaml(data: bytes, path: Path | str) -> UntrustedYaml:
    """Return what a YAML file holds; of tags, only those of plain data and `!!binary` are known.

    Raises:
        CassetteUnreadableError: it is too large, not UTF-8, in conflict, or no YAML to be read.
    """
    if len(data) > LARGEST:
        raise unreadable(path, f"The file is larger than {LARGEST // 1_000_000} MB.", AGAIN)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        what = f"The file is not UTF-8 text (byte {fault.start})."
        line = data.count(b"\n", 0, fault.start) + 1
        raise unreadable(path, what, AGAIN, line) from fault
    if mark := _CONFLICT.search(text):
        what = "Version control left conflict marks in the file."
        step = "resolve the conflict (keep one side whole), or record it again."
        raise unreadable(path, what, step, text.count("\n", 0, mark.start()) + 1)
    if text.lstrip()[:1] == "{":
        # vcrpy's other serializer. Most JSON is YAML, but not what it makes of an emoji.
        try:
            return UntrustedYaml(json.loads(text), "", '"')
        except (ValueError, RecursionError):
            pass  # YAML may begin with a brace as well.
    try:
        look = _looked_through(text, path)
        return UntrustedYaml(yaml.load(text, Loader=_loader()), look.tail, look.tail_style)  # noqa: S506 (a safe loader, chosen below)
    except yaml.YAMLError as fault:
        place = getattr(fault, "problem_mark", None)
        at = place.line + 1 if place else 0
        problem = getattr(fault, "problem", None) or str(fault).splitlines()[0]
        raise unreadable(path, f"This is not YAML we can read: {problem}.", AGAIN, at) from fault
    except (ValueError, LookupError, AttributeError, TypeError, ArithmeticError) as fault:
        # What PyYAML lets through where a tag and its text do not fit (`!!bool perhaps`).
        what = f"This is not YAML we can read: a value does not fit its type ({fault})."
        raise unreadable(path, what, AGAIN) from fault


def _looked_through(text: str, path: Path | str) -> _Look:
    look = _Look()
    parser: Any = _loader()(text)
    try:
        while (event := parser.get_event()) is not None:
            if problem := look.take(event):
                at = event.start_mark.line + 1 if event.start_mark else 0
                what = f"This is not YAML we can read: {problem}."
                raise unreadable(path, what, AGAIN, at)
    finally:
        parser.dispose()
    return look


def _loader() -> type[yaml.SafeLoader]:
    """Return libyaml's loader; PyYAML's own where it was built without libyaml."""
    return cast("type[yaml.SafeLoader]", getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def unreadable(path: Path | str, what: str, step: str, line: int = 0) -> CassetteUnreadableError:
    """Return the error for a file that does not serve."""
    return CassetteUnreadableError(what, where=Location(str(path), line), next_step=step)
