"""harness.yaml, then the environment, then options: the last one wins."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from coze_harness.auth.credentials import (
    PROJECT_TOKEN,
    STUDIO_TOKEN,
    read_credentials,
    read_token,
)
from coze_harness.config.config_file import CONFIG_FILE, ConfigSpec, read_config
from coze_harness.config.folder_settings import resolve_location
from coze_harness.config.service_urls import check_base_url
from coze_harness.config.settings import ReportSettings, Settings
from coze_harness.model.location import Location
from coze_harness.model.settings_overrides import SettingsOverrides


def load_settings(
    start: Path, env: Mapping[str, str], overrides: SettingsOverrides | None = None
) -> Settings:
    """Return the settings of the project that a folder belongs to.

    Args:
        start: the working folder; harness.yaml is searched here and upward.
        env: the environment.
        overrides: the options.

    Raises:
        SettingsError: harness.yaml, the environment or an option is wrong.
    """
    options = overrides or SettingsOverrides()
    start = start.resolve()
    file = _find_config(start)
    root = find_project_root(start)
    config = read_config(file) if file else ConfigSpec()
    base_url = options.base_url or env.get("COZE_API_BASE", "").strip()
    if base_url:
        source = "--base-url" if options.base_url else "COZE_API_BASE"
        check_base_url(base_url, Location(source))
    if options.public_address:
        check_base_url(options.public_address, Location("--public-address"))
    credentials, warnings = read_credentials(env, start)
    return Settings(
        root=root,
        scenarios=root / config.scenarios,
        cassettes=resolve_location("cassettes", root, config.cassettes, start, options.cassettes),
        reports=resolve_location("reports", root, config.reports, start, options.reports),
        file=file,
        base_url=(base_url or config.base_url).rstrip("/"),
        public_address=options.public_address.rstrip("/"),
        lang=options.lang or config.lang,
        credentials=credentials,
        project_token=read_token(env, PROJECT_TOKEN),
        studio_token=read_token(env, STUDIO_TOKEN),
        bots=config.bots,
        default_bot=config.default_bot,
        user_id=config.user_id,
        poll=config.poll,
        limits=config.limits,
        rate_limit=config.rate_limit,
        workers=config.workers,
        redact=config.redact,
        strict=config.strict,
        kind_modules=tuple(config.expectations),
        judge_bot=config.judge_bot,
        allow_weak_judge=options.allow_weak_judge,
        compare=config.compare,
        report=ReportSettings(
            lang=options.lang or config.lang or config.report.lang,
            layout=options.layout or config.report.layout,
        ),
        warnings=warnings,
    )


def find_project_root(start: Path) -> Path:
    """Return the folder of the nearest harness.yaml, from a folder upward; else that folder."""
    start = start.resolve()
    file = _find_config(start)
    return file.parent if file else start


def _find_config(start: Path) -> Path | None:
    """Return the nearest harness.yaml, from a folder upward."""
    for folder in (start, *start.parents):
        if (folder / CONFIG_FILE).is_file():
            return folder / CONFIG_FILE
    return None
