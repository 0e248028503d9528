"""harness.yaml: its shape, and what it must not say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from harness.document import Document, read
from harness.document.shaping import MisfitError, nature, nearest, shaped
from harness.errors import SettingsError
from harness.location import Location, PathPart, Places
from harness.model import JSON, Bot
from harness.settings.nouns import BASE_URL, USER_ID

FILE: Final = "harness.yaml"

_SECRET = re.compile(r"\b(?:pat|sat|czs|cztei)_[A-Za-z0-9]{6,}|\bsk-[A-Za-z0-9_-]{16,}")
_SECRET_KEYS: Final = ("token", "api_token", "api_key", "access_token", "secret", "password")
_BOT_NAME = re.compile(r"[^\s@\[\]#/\\][^@\[\]#/\\\x00-\x1f\x7f]*")

_Text = Annotated[str, Field(min_length=1)]
_Seconds = Annotated[float, Field(gt=0, le=86_400)]


class _PollShape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    interval: _Seconds = 1.0
    timeout: _Seconds = 120.0


class _JudgeShape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    bot: _Text


class FileShape(BaseModel):
    """What may stand in harness.yaml."""

    model_config = ConfigDict(extra="forbid", strict=True)

    base_url: _Text = BASE_URL
    bots: dict[_Text, object] = Field(default_factory=dict)
    default_bot: _Text = ""
    user_id: _Text = USER_ID
    poll: _PollShape = _PollShape()
    rate_limit: Annotated[float, Field(gt=0)] | None = None
    workers: Annotated[int, Field(ge=1, le=1024)] | None = None
    scenarios: _Text = "scenarios"
    cassettes: _Text = "cassettes"
    reports: _Text = "reports"
    redact: list[_Text] = Field(default_factory=list)
    judge: _JudgeShape | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """A checked harness.yaml, and its bots by name."""

    shape: FileShape
    bots: Mapping[str, Bot]


def read_file(file: Path) -> Written:
    """Return what a harness.yaml says, checked.

    Raises:
        SettingsError: it cannot be read, or something in it cannot be meant.
    """
    document = _document(file)
    shape = _shape(document)
    bots = _bots(shape, document.places)
    _check(shape, bots, document.places)
    check_base_url(shape.base_url, document.places.at("base_url"))
    return Written(shape, bots)


def _document(file: Path) -> Document:
    try:
        content = file.read_bytes()
    except OSError as cause:
        raise SettingsError(
            f"The file cannot be read: {cause.strerror}.", where=Location(FILE)
        ) from cause
    return read(content, FILE, SettingsError)


def _shape(document: Document) -> FileShape:
    data, places = document.data, document.places
    if data is None:
        return FileShape.model_validate({})
    if not isinstance(data, Mapping):
        raise SettingsError(
            f"harness.yaml is a mapping, and this is {nature(data)}.",
            where=places.at(),
            next_step="Write `key: value` lines, such as `default_bot: NAME`.",
        )
    _refuse_secrets(data, places, ())
    try:
        return shaped(FileShape, data, places)
    except MisfitError as cause:
        first, *rest = cause.misfits
        raise SettingsError(
            first.what,
            where=first.where,
            next_step=first.next_step,
            detail=[f"{misfit.where}: {misfit.what}" for misfit in rest],
        ) from cause


def _refuse_secrets(value: JSON, places: Places, path: tuple[PathPart, ...]) -> None:
    """Refuse a file that holds what must not be committed; the message does not repeat it."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if (not path and key.lower() in _SECRET_KEYS) or _SECRET.search(key):
                raise _secret(places.key(*path, key))
            _refuse_secrets(inner, places, (*path, key))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            _refuse_secrets(inner, places, (*path, position))
    elif isinstance(value, str) and _SECRET.search(value):
        raise _secret(places.at(*path))


def _secret(where: Location) -> SettingsError:
    return SettingsError(
        "A secret stands in harness.yaml, and this file is committed.",
        where=where,
        next_step="Take it out, revoke it if it was pushed, and set COZE_API_TOKEN instead.",
    )


def _bots(written: FileShape, places: Places) -> dict[str, Bot]:
    found: dict[str, Bot] = {}
    for name, value in written.bots.items():
        if not _BOT_NAME.fullmatch(name):
            raise SettingsError(
                f'"{name}" cannot be a bot\'s name: @ [ ] # and slashes part names of trials.',
                where=places.key("bots", name),
                next_step="Choose a plain name.",
            )
        title = ""
        path: tuple[PathPart, ...] = ("bots", name)
        if isinstance(value, Mapping):
            unknown = next((key for key in value if key not in ("id", "title")), None)
            if unknown is not None:
                raise SettingsError(
                    f'There is no key "{unknown}" here.{nearest(unknown, ("id", "title"))}',
                    where=places.key(*path, unknown),
                    next_step="The keys are: id, title.",
                )
            title = value.get("title", "")
            if not isinstance(title, str):
                raise SettingsError(
                    f'"title" must be text, and this is {nature(title)}.',
                    where=places.at(*path, "title"),
                    next_step="Put quotes around it.",
                )
            path = (*path, "id")
            value = value.get("id")
        found[name] = Bot(name=name, id=_id(value, places, path), title=title)
    return found


def _id(value: object, places: Places, path: tuple[PathPart, ...]) -> str:
    """Return a bot's id; a bare number only as its author wrote it, digit for digit."""
    text = value if isinstance(value, str) else places.source(*path)
    if isinstance(value, bool) or not (text.isascii() and text.isdecimal()):
        seen = f'"{value}"' if isinstance(value, str) else nature(value)
        raise SettingsError(
            f"A bot's id is digits in quotes, and this is {seen}.",
            where=places.at(*path),
            next_step="Copy the number behind /bot/ in the address of the bot's page.",
        )
    return text


def _check(written: FileShape, bots: Mapping[str, Bot], places: Places) -> None:
    """Refuse bots that nobody knows, patterns that do not compile, folders that climb."""
    judge = written.judge.bot if written.judge else ""
    for word, path in ((written.default_bot, ("default_bot",)), (judge, ("judge", "bot"))):
        is_id = len(word) >= 6 and word.isascii() and word.isdecimal()
        if word and word not in bots and not is_id:
            raise SettingsError(
                f'There is no bot "{word}".{nearest(word, bots)}',
                where=places.at(*path),
                next_step="Name it under `bots:`, or give its id in quotes.",
            )
    for position, pattern in enumerate(written.redact):
        try:
            re.compile(pattern)
        except (re.error, OverflowError, RecursionError) as cause:
            raise SettingsError(
                f"The pattern cannot be compiled: {cause}.",
                where=places.at("redact", position),
                next_step="Correct it; put single quotes around backslashes.",
            ) from cause
        if re.compile(pattern).search(""):
            raise SettingsError(
                "The pattern matches the empty text, and so everything.",
                where=places.at("redact", position),
                next_step="Make it match what is to be hidden, and nothing else.",
            )
    for key in ("scenarios", "cassettes", "reports"):
        _check_folder(getattr(written, key), places.at(key))


def _check_folder(value: str, where: Location) -> None:
    path = Path(value)
    if "\0" in value or "://" in value or path.is_absolute() or ".." in path.parts:
        raise SettingsError(
            f'"{value}" is no folder inside the project.',
            where=where,
            next_step="Give a path that counts from the folder of harness.yaml.",
        )


def check_base_url(value: str, where: Location) -> None:
    """Refuse an address that is none, or that holds a name, a password or a query.

    Raises:
        SettingsError: naming `where` it stands.
    """
    try:
        parts = urlsplit(value)
        port_is_wrong = parts.port == 0
    except ValueError:
        parts, port_is_wrong = urlsplit(""), True
    wrong = parts.scheme not in ("http", "https") or not parts.hostname or port_is_wrong
    if wrong or parts.username is not None or parts.query or parts.fragment:
        raise SettingsError(
            "The base URL is not an address like https://api.coze.com.",
            where=where,
            next_step="Write scheme and host only: no name, password or query.",
        )
