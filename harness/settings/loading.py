"""harness.yaml, then the environment, then options: the last one that says something wins."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from harness.errors import SettingsError
from harness.location import Location
from harness.settings.file import FILE, Written, check_base_url, read_file
from harness.settings.nouns import Overrides, Settings, Token

TOKEN_NAMES: Final = ("COZE_API_TOKEN", "COZE_APE_KEY")
"""Where a token is looked for: the name that Coze's SDKs use, then the walkthrough's own."""


def load_settings(
    start: Path, env: Mapping[str, str], overrides: Overrides | None = None
) -> Settings:
    """Return the settings of the project that a folder belongs to.

    Args:
        start: the working folder; harness.yaml is looked for here and upward.
        env: the environment.
        overrides: what options say.

    Raises:
        SettingsError: harness.yaml, the environment or an option is wrong.
    """
    options = overrides or Overrides()
    start = start.resolve()
    file = _found(start)
    root = file.parent if file else start
    found = read_file(file) if file else Written()
    written = found.declared
    base_url = options.base_url or env.get("COZE_API_BASE", "").strip()
    if base_url:
        source = "--base-url" if options.base_url else "COZE_API_BASE"
        check_base_url(base_url, Location(source))
    if options.workers is not None and options.workers < 1:
        raise SettingsError(f"--workers is {options.workers}.", next_step="Give 1 or more.")
    token, hints = _token(env)
    return Settings(
        root=root,
        scenarios=_folder(root, written.scenarios, start, options.scenarios),
        cassettes=_folder(root, written.cassettes, start, options.cassettes),
        reports=_folder(root, written.reports, start, options.reports),
        file=file,
        base_url=(base_url or written.base_url).rstrip("/"),
        token=token,
        bots=found.bots,
        default_bot=written.default_bot,
        user_id=written.user_id,
        poll=written.poll,
        rate_limit=written.rate_limit,
        workers=options.workers if options.workers is not None else written.workers,
        redact=tuple(written.redact),
        judge_bot=written.judge_bot,
        hints=hints,
    )


def _found(start: Path) -> Path | None:
    """Return the nearest harness.yaml, from a folder upward."""
    for folder in (start, *start.parents):
        if (folder / FILE).is_file():
            return folder / FILE
    return None


def _folder(root: Path, written: str, start: Path, option: str | None) -> Path:
    return (start / option).absolute() if option else root / written


def _token(env: Mapping[str, str]) -> tuple[Token | None, tuple[str, ...]]:
    """Return the token, and a hint where it comes by its old name."""
    for name in TOKEN_NAMES:
        secret = env.get(name, "").strip()
        secret = secret.removeprefix("Bearer ").strip()
        if not secret:
            continue
        if not secret.isascii() or not secret.isprintable() or " " in secret:
            raise SettingsError(
                f"{name} holds a character that no token has.",
                next_step=f"Set {name} again: the token alone, on one line.",
            )
        hints = () if name == TOKEN_NAMES[0] else ("COZE_APE_KEY is read; call it COZE_API_TOKEN.",)
        return Token(secret), hints
    return None, ()
