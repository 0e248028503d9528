"""harness.yaml: its shape, and what it must not say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from coze_harness.config.folder_settings import check_folder
from coze_harness.config.settings import BASE_URL, USER_ID, PollSettings, ReportSettings
from coze_harness.model import JSON, Bot
from coze_harness.model.errors import SettingsError
from coze_harness.model.location import Location, PathPart, SourcePositions
from coze_harness.text.spelling import suggest_word, yaml_type_name
from coze_harness.yaml_source import YamlDocument, read_yaml
from coze_harness.yaml_source.fitting import Check, fits, listed, number, text, whole

FILE: Final = "harness.yaml"

_SECRET = re.compile(r"\b(?:pat|sat|czs|cztei)_[A-Za-z0-9]{6,}|\bsk-[A-Za-z0-9_-]{16,}")
_SECRET_KEYS: Final = ("token", "api_token", "api_key", "access_token", "secret", "password")
_BOT_NAME = re.compile(r"[^\s@\[\]#/\\][^@\[\]#/\\\x00-\x1f\x7f]*")

# Numbers beyond these limits may be right, too; pydantic knows.
_LEAST: Final = 0.001
_MOST: Final = 1e9

_SECONDS: Final = number(_LEAST, 86_400)
_POLL_KEYS: Final[Mapping[str, Check]] = {"interval": _SECONDS, "timeout": _SECONDS}
_JUDGE_KEYS: Final[Mapping[str, Check]] = {"bot": text}
_REPORT_KEYS: Final[Mapping[str, Check]] = {
    "lang": lambda lang: lang in ("en", "zh"),
    "layout": lambda layout: layout in ("single", "folder"),
}
_KEYS: Final[Mapping[str, Check]] = {
    "base_url": text,
    "bots": lambda bots: isinstance(bots, dict) and "" not in bots,
    "default_bot": text,
    "user_id": text,
    "poll": lambda poll: fits(poll, _POLL_KEYS),
    "rate_limit": number(_LEAST, _MOST),
    "workers": whole(1, 1024),
    "scenarios": text,
    "cassettes": text,
    "reports": text,
    "redact": listed(text),
    "judge": lambda judge: fits(judge, _JUDGE_KEYS, "bot"),
    "report": lambda report: fits(report, _REPORT_KEYS),
}
"""What `shapes.py` says to pydantic, said for a quick look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigSpec:
    """harness.yaml as it is written."""

    base_url: str = BASE_URL
    bots: Mapping[str, JSON] = field(default_factory=dict)
    default_bot: str = ""
    user_id: str = USER_ID
    poll: PollSettings = field(default_factory=PollSettings)
    rate_limit: float | None = None
    workers: int | None = None
    scenarios: str = "scenarios"
    cassettes: str = "cassettes"
    reports: str = "reports"
    redact: Sequence[str] = ()
    judge_bot: str = ""
    report: ReportSettings = field(default_factory=ReportSettings)


@dataclass(frozen=True, slots=True)
class LoadedConfig:
    """A checked harness.yaml, and its bots by name."""

    spec: ConfigSpec = field(default_factory=ConfigSpec)
    bots: Mapping[str, Bot] = field(default_factory=dict)


def read_config(file: Path) -> LoadedConfig:
    """Return what a harness.yaml says, checked.

    Raises:
        SettingsError: it cannot be read, or something in it cannot be meant.
    """
    document = _document(file)
    declared = _declared(document)
    bots = _bots(declared, document.positions)
    _check(declared, bots, document.positions)
    check_base_url(declared.base_url, document.positions.at("base_url"))
    return LoadedConfig(declared, bots)


def _document(file: Path) -> YamlDocument:
    try:
        content = file.read_bytes()
    except OSError as cause:
        raise SettingsError(
            f"The file cannot be read: {cause.strerror}.", where=Location(FILE)
        ) from cause
    return read_yaml(content, FILE, SettingsError)


def _declared(document: YamlDocument) -> ConfigSpec:
    data, places = document.data, document.positions
    if data is None:
        return ConfigSpec()
    if not isinstance(data, dict):
        raise SettingsError(
            f"harness.yaml is a mapping, and this is {yaml_type_name(data)}.",
            where=places.at(),
            next_step="Write `key: value` lines, such as `default_bot: NAME`.",
        )
    _refuse_secrets(data, places, ())
    given: dict[str, Any] = data if fits(data, _KEYS) else _asked_of_pydantic(data, places)
    poll = PollSettings(**given.get("poll", {}))
    judge_bot = (given.get("judge") or {}).get("bot", "")
    rest = {key: value for key, value in given.items() if key != "judge"}
    report = ReportSettings(**given.get("report", {}))
    return ConfigSpec(**{**rest, "poll": poll, "judge_bot": judge_bot, "report": report})


def _asked_of_pydantic(data: Mapping[str, JSON], places: SourcePositions) -> dict[str, Any]:
    """Return the data as pydantic takes it.

    Raises:
        SettingsError: it has another shape.
    """
    from coze_harness.config.shapes import FileShape
    from coze_harness.yaml_source.shape_check import (  # imports pydantic, as does this:
        ShapeMismatchError,
        check_shape,
    )

    try:
        return check_shape(FileShape, data, places).model_dump(exclude_unset=True)
    except ShapeMismatchError as cause:
        first, *rest = cause.misfits
        raise SettingsError(
            first.what,
            where=first.where,
            next_step=first.next_step,
            detail=[f"{misfit.where}: {misfit.what}" for misfit in rest],
        ) from cause


def _refuse_secrets(value: JSON, places: SourcePositions, path: tuple[PathPart, ...]) -> None:
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


def _bots(written: ConfigSpec, places: SourcePositions) -> dict[str, Bot]:
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
                    f'There is no key "{unknown}" here.{suggest_word(unknown, ("id", "title"))}',
                    where=places.key(*path, unknown),
                    next_step="The keys are: id, title.",
                )
            given = value.get("title", "")
            if not isinstance(given, str):
                raise SettingsError(
                    f'"title" must be text, and this is {yaml_type_name(given)}.',
                    where=places.at(*path, "title"),
                    next_step="Put quotes around it.",
                )
            title = given
            path = (*path, "id")
            value = value.get("id")
        found[name] = Bot(name=name, id=_id(value, places, path), title=title)
    return found


def _id(value: object, places: SourcePositions, path: tuple[PathPart, ...]) -> str:
    """Return a bot's id; a bare number only as its author wrote it, digit for digit."""
    digits = value if isinstance(value, str) else places.source(*path)
    if isinstance(value, bool) or not (digits.isascii() and digits.isdecimal()):
        seen = f'"{value}"' if isinstance(value, str) else yaml_type_name(value)
        raise SettingsError(
            f"A bot's id is digits in quotes, and this is {seen}.",
            where=places.at(*path),
            next_step="Copy the number behind /bot/ in the address of the bot's page.",
        )
    return digits


def _check(written: ConfigSpec, bots: Mapping[str, Bot], places: SourcePositions) -> None:
    """Refuse bots that nobody knows, patterns that do not compile, folders that climb."""
    named = ((written.default_bot, ("default_bot",)), (written.judge_bot, ("judge", "bot")))
    for word, path in named:
        is_id = len(word) >= 6 and word.isascii() and word.isdecimal()
        if word and word not in bots and not is_id:
            raise SettingsError(
                f'There is no bot "{word}".{suggest_word(word, bots)}',
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
        check_folder(key, getattr(written, key), places.at(key))


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
