"""Where a project's folders are: below its own, or elsewhere by URL."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from coze_harness.model.errors import SettingsError
from coze_harness.model.location import Location
from coze_harness.storage.remote_folder import RemoteFolder, is_url, open_folder


def check_folder(key: str, value: str, where: Location) -> None:
    """Refuse what harness.yaml must not name: a folder of this machine outside of the project.

    Raises:
        SettingsError: naming `where` it stands.
    """
    if is_url(value) and key != "scenarios":
        if value.partition("://")[0].lower() in ("file", "local"):
            raise SettingsError(
                f'"{value}" is a folder of this machine, and harness.yaml is for others, too.',
                where=where,
                next_step="Give a path that counts from the folder of harness.yaml, or an option"
                " (--cassettes, --reports).",
            )
        _remote(value, where)
        return
    path = Path(value)
    if "\0" in value or is_url(value) or path.is_absolute() or ".." in path.parts:
        raise SettingsError(
            f'"{value}" is no folder inside the project.',
            where=where,
            next_step="Give a path that counts from the folder of harness.yaml.",
        )


def resolve_folder(root: Path, written: str, start: Path, option: str | None) -> Path:
    """Return a folder: as an option says, else as harness.yaml does."""
    return (start / option).absolute() if option else root / written


def resolve_location(
    key: str, root: Path, written: str, start: Path, option: str | None
) -> Path | RemoteFolder:
    """Return a folder that may be elsewhere. ``file://`` is another word for a path.

    Raises:
        SettingsError: it is no folder's URL, or holds a password.
    """
    given = option or written
    if not is_url(given):
        return resolve_folder(root, written, start, option)
    if given.lower().startswith("file://"):
        from urllib.request import url2pathname  # takes longer than all settings

        return Path(url2pathname(urlsplit(given).path)).absolute()
    return _remote(given, Location(f"--{key}"))


def _remote(url: str, where: Location) -> RemoteFolder:
    try:
        return open_folder(url)
    except ValueError as fault:
        raise SettingsError(
            str(fault), where=where, next_step="Write it as in s3://bucket/folder."
        ) from fault
