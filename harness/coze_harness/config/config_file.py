"""harness.yaml: its keys, and what it must not contain."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from coze_harness.config.folder_settings import check_folder
from coze_harness.config.service_urls import check_base_url
from coze_harness.config.settings import (
    BASE_URL,
    USER_ID,
    CompareSettings,
    LimitSettings,
    PollSettings,
    RedactSettings,
    ReportSettings,
)
from coze_harness.config.target_settings import (
    read_target,
    target_mismatches,
    written_target_schema,
)
from coze_harness.messages import message
from coze_harness.messages.os_error_reason import os_error_reason
from coze_harness.model import JSON, Target
from coze_harness.model.errors import SettingsError
from coze_harness.model.location import Location, PathPart, SourcePositions
from coze_harness.model.project_code import KindModule
from coze_harness.model.target import is_bot_id
from coze_harness.text.safe_regex import PatternError, UserPattern, compile_pattern
from coze_harness.text.spelling import split_full_width_pair, with_suggestion, yaml_type_name
from coze_harness.yaml_source import YamlDocument, read_yaml
from coze_harness.yaml_source.max_increase import read_max_increase
from coze_harness.yaml_source.record_schema import (
    BOOLEAN,
    JUDGE,
    MAPPING,
    TEXT,
    Schema,
    check_shape,
    closed_mapping,
    key,
    list_of,
    pair_step,
    record_schema,
)
from coze_harness.yaml_source.unquoted_text import find_unquoted_faults, without_repeated_places

CONFIG_FILE: Final = "harness.yaml"

_SECRET = re.compile(
    r"\b(?:pat|sat|czs|cztei)_[A-Za-z0-9]{6,}|\bsk-[A-Za-z0-9_-]{16,}|\beyJ[\w-]{8,}\.eyJ[\w-]{4,}"
)
_SECRET_KEYS: Final = ("token", "api_token", "api_key", "access_token", "secret", "password")


_PATTERNS: Final = closed_mapping({"redact": list_of(TEXT)})
_REDACT: Final[Schema] = {"anyOf": [list_of(TEXT), record_schema(RedactSettings)]}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigSpec:
    """The keys of harness.yaml, checked."""

    base_url: str = key(BASE_URL, TEXT, "Scheme and host of Coze's API.")
    bots: Mapping[str, Target] = key({}, MAPPING, "Names of your choice, each with a target.")
    default_bot: str = key("", TEXT, "The bot of scenarios without one: a name or an id.")
    user_id: str = key(USER_ID, TEXT, "The user of scenarios without one.")
    poll: PollSettings = key(
        PollSettings(), record_schema(PollSettings), "How a running chat is polled, in seconds."
    )
    limits: LimitSettings = key(
        LimitSettings(), record_schema(LimitSettings), "The most that a call and a trial may take."
    )
    rate_limit: float | None = key(
        None,
        {"type": ["number", "null"], "exclusiveMinimum": 0},
        "The most calls per second, of all workers together.",
    )
    workers: int | None = key(
        None,
        {"type": ["integer", "null"], "minimum": 1, "maximum": 1024},
        "Concurrent calls in record and live.",
    )
    lang: str = key(
        "", {"enum": ["en", "zh"]}, "The language of the terminal, of summary.md and of junit.xml."
    )
    scenarios: str = key("scenarios", TEXT, "The folder of scenario files.")
    cassettes: str = key("cassettes", TEXT, "The folder of recordings.")
    reports: str = key("reports", TEXT, "The folder of runs.")
    redact: RedactSettings = key(
        RedactSettings(), _REDACT, "What to redact in recordings, besides keys and passwords."
    )
    strict: bool = key(
        False, BOOLEAN, "Whether a recording that was edited since it was recorded is an error."
    )
    expectations: Sequence[KindModule] = key(
        (),
        list_of(TEXT),
        "Modules of the project's folder, or installed ones, that register kinds of expectations.",
    )
    judge: Mapping[str, str] | None = key(
        None, JUDGE, "The bot that judges answers: a name or an id."
    )
    compare: CompareSettings = key(
        CompareSettings(), record_schema(CompareSettings), "How compare works."
    )
    report: ReportSettings = key(
        ReportSettings(), record_schema(ReportSettings), "How reports are written."
    )

    @property
    def judge_bot(self) -> str:
        """The bot that judges, by name or id; empty if there is none."""
        return self.judge["bot"] if self.judge else ""


def config_schema() -> dict[str, JSON]:
    """Return the JSON Schema (draft 2020-12) of harness.yaml."""
    from coze_harness.yaml_source.json_schema import document_schema  # only editors need it

    declared = record_schema(ConfigSpec)
    properties = declared["properties"]
    bots = {**properties["bots"], "additionalProperties": written_target_schema()}
    return document_schema(
        {**declared, "properties": {**properties, "bots": bots}}, "harness.yaml of coze-harness"
    )


def read_config(file: Path) -> ConfigSpec:
    """Return what a harness.yaml sets, checked.

    Raises:
        SettingsError: it cannot be read, or something in it is invalid.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise SettingsError(
            message("file.unreadable", reason=os_error_reason(error)),
            where=Location(CONFIG_FILE),
            next_step=message("file.unreadable.next"),
        ) from error
    document = read_yaml(content, CONFIG_FILE, SettingsError)
    data, positions = document.data, document.positions
    if data is None:
        return ConfigSpec()
    if not isinstance(data, dict):
        pair = split_full_width_pair(data) if isinstance(data, str) else None
        raise SettingsError(
            message("settings.type", actual=yaml_type_name(data)),
            where=positions.at(),
            next_step=pair_step(*pair) if pair else message("settings.type.next"),
        )
    _check_secrets(data, positions, ())
    _check_keys(data, document)
    values: dict[str, Any] = dict(data)
    values["bots"] = {
        name: read_target(name, target, positions)
        for name, target in values.get("bots", {}).items()
    }
    values["poll"] = PollSettings(**values.get("poll", {}))
    values["limits"] = LimitSettings(**values.get("limits", {}))
    values["report"] = ReportSettings(**values.get("report", {}))
    compare = values.get("compare", {})
    increase = read_max_increase(compare.get("max_increase", {}))
    values["compare"] = CompareSettings(**{**compare, "max_increase": increase})
    values["expectations"] = _read_kind_modules(values.get("expectations", ()), positions)
    values["redact"] = _read_redact(values.get("redact", []), positions)
    config = ConfigSpec(**values)
    _check_bot_references(config, positions)
    _check_folders(config, positions)
    check_base_url(config.base_url, positions.at("base_url"))
    return config


def _check_folders(config: ConfigSpec, positions: SourcePositions) -> None:
    """Check the three folders, each of which must be another one."""
    names: dict[str, str] = {}
    for name in ("scenarios", "cassettes", "reports"):
        folder = getattr(config, name)
        check_folder(name, folder, positions.at(name))
        other = names.setdefault(folder.removeprefix("./").rstrip("/"), name)
        if other != name:
            raise SettingsError(
                message("settings.same_folder", first=other, second=name),
                where=positions.at(name),
                next_step=message("settings.same_folder.next"),
            )


def _check_keys(data: Mapping[str, JSON], document: YamlDocument) -> None:
    """Check all keys at once: the first error is the message, the others are its detail."""
    positions = document.positions
    mismatches = find_unquoted_faults(document)
    mismatches += check_shape(dict(data), record_schema(ConfigSpec), positions)
    bots = data.get("bots")
    for name, target in bots.items() if isinstance(bots, dict) else ():
        mismatches += target_mismatches(name, target, positions)
    redact = data.get("redact", [])
    if isinstance(redact, dict):
        schema = record_schema(RedactSettings)
        mismatches += check_shape(redact, schema, positions.below("redact"))
    else:
        mismatches += check_shape({"redact": redact}, _PATTERNS, positions)
    if mismatches:
        first, *others = without_repeated_places(mismatches)
        raise SettingsError(
            first.what,
            where=first.where,
            next_step=first.next_step,
            detail=[
                message("settings.other_error", place=str(other.where), what=other.what)
                for other in others
            ],
        )


def _check_secrets(value: JSON, positions: SourcePositions, path: tuple[PathPart, ...]) -> None:
    """Refuse a file with a secret, which must not be committed; the message does not repeat it."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if (not path and name.lower() in _SECRET_KEYS) or _SECRET.search(name):
                raise _secret_error(positions.key(*path, name))
            _check_secrets(inner, positions, (*path, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _check_secrets(inner, positions, (*path, index))
    elif isinstance(value, str) and _SECRET.search(value):
        raise _secret_error(positions.at(*path))


def _secret_error(where: Location) -> SettingsError:
    return SettingsError(
        message("settings.secret"), where=where, next_step=message("settings.secret.next")
    )


def _check_bot_references(config: ConfigSpec, positions: SourcePositions) -> None:
    references = ((config.default_bot, ("default_bot",)), (config.judge_bot, ("judge", "bot")))
    for word, path in references:
        if word and word not in config.bots and not is_bot_id(word):
            what = with_suggestion(message("bot.unknown", bot=word), word, config.bots)
            step = message("settings.bot.next")
            raise SettingsError(what, where=positions.at(*path), next_step=step)


def _read_kind_modules(names: Sequence[str], positions: SourcePositions) -> tuple[KindModule, ...]:
    modules: list[KindModule] = []
    for index, name in enumerate(names):
        where = positions.at("expectations", index)
        if not all(part.isidentifier() for part in name.split(".")):
            raise SettingsError(
                message("settings.module", name=name),
                where=where,
                next_step=message("settings.module.next"),
            )
        modules.append(KindModule(name, where))
    return tuple(modules)


def _read_redact(value: JSON, positions: SourcePositions) -> RedactSettings:
    """Return what is redacted: a list of patterns, or patterns and presets."""
    parts: Mapping[str, Any] = value if isinstance(value, dict) else {"patterns": value}
    path: tuple[PathPart, ...] = ("redact", "patterns") if isinstance(value, dict) else ("redact",)
    patterns: list[UserPattern] = []
    for index, pattern in enumerate(parts.get("patterns", ())):
        where = positions.at(*path, index)
        try:
            matches_nothing = compile_pattern(pattern).search("")
        except PatternError as error:
            raise SettingsError(
                message("pattern.invalid", reason=error.reason),
                where=where,
                next_step=message("settings.pattern.next"),
            ) from error
        if matches_nothing:
            raise SettingsError(
                message("settings.empty_match"),
                where=where,
                next_step=message("settings.empty_match.next"),
            )
        patterns.append(UserPattern(pattern, where))
    return RedactSettings(tuple(patterns), tuple(parts.get("presets", ())))
