"""harness.yaml, then the environment, then options: the last one that says something wins."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from coze_harness.auth.credentials import read_credentials
from coze_harness.config.config_file import FILE, LoadedConfig, check_base_url, read_config
from coze_harness.config.folder_settings import resolve_folder, resolve_location
from coze_harness.config.settings import ReportSettings, Settings, SettingsOverrides
from coze_harness.model.errors import SettingsError
from coze_harness.model.location import Location


def load_settings(
    start: Path, env: Mapping[str, str], overrides: SettingsOverrides | None = None
) -> Settings:
    """Return the settings of the project that a folder belongs to.

    Args:
        start: the working folder; harness.yaml is looked for here and upward.
        env: the environment.
        overrides: what options say.

    Raises:
        SettingsError: harness.yaml, the environment or an option is wrong.
    """
    options = overrides or SettingsOverrides()
    start = start.resolve()
    file = _found(start)
    root = file.parent if file else start
    found = read_config(file) if file else LoadedConfig()
    written = found.spec
    base_url = options.base_url or env.get("COZE_API_BASE", "").strip()
    if base_url:
        source = "--base-url" if options.base_url else "COZE_API_BASE"
        check_base_url(base_url, Location(source))
    if options.workers is not None and options.workers < 1:
        raise SettingsError(f"--workers is {options.workers}.", next_step="Give 1 or more.")
    signing_in, hints = read_credentials(env, start)
    return Settings(
        root=root,
        scenarios=resolve_folder(root, written.scenarios, start, options.scenarios),
        cassettes=resolve_location("cassettes", root, written.cassettes, start, options.cassettes),
        reports=resolve_location("reports", root, written.reports, start, options.reports),
        file=file,
        base_url=(base_url or written.base_url).rstrip("/"),
        credentials=signing_in,
        bots=found.bots,
        default_bot=written.default_bot,
        user_id=written.user_id,
        poll=written.poll,
        rate_limit=written.rate_limit,
        workers=options.workers if options.workers is not None else written.workers,
        redact=tuple(written.redact),
        judge_bot=written.judge_bot,
        report=ReportSettings(
            lang=options.lang or written.report.lang,
            layout=options.layout or written.report.layout,
        ),
        warnings=hints,
    )


def _found(start: Path) -> Path | None:
    """Return the nearest harness.yaml, from a folder upward."""
    for parent in (start, *start.parents):
        if (parent / FILE).is_file():
            return parent / FILE
    return None
