"""The folders of a project: inside it, or at a URL."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from coze_harness.messages import UserText, message
from coze_harness.model.errors import SettingsError
from coze_harness.model.location import Location
from coze_harness.storage.remote_folder import RemoteFolder, is_url, open_folder


def check_folder(key: str, value: str, where: Location) -> None:
    """Check that a folder of harness.yaml is inside the project or at a URL.

    Raises:
        SettingsError: it is another folder of this machine, or an invalid URL; `where` is named.
    """
    if is_url(value) and key != "scenarios":
        if value.partition("://")[0].lower() in ("file", "local"):
            raise SettingsError(
                message("settings.local_folder", folder=value),
                where=where,
                next_step=message("settings.local_folder.next"),
            )
        _open_remote(value, where)
        return
    path = Path(value)
    if "\0" in value or is_url(value) or path.is_absolute() or ".." in path.parts:
        raise SettingsError(
            message("settings.folder", folder=value),
            where=where,
            next_step=message("settings.folder.next"),
        )


def resolve_folder(root: Path, configured: str, start: Path, option: str | None) -> Path:
    """Return a folder: that of the option, relative to `start`, or that of harness.yaml."""
    return (start / option).absolute() if option else root / configured


def resolve_location(
    key: str, root: Path, configured: str, start: Path, option: str | None
) -> Path | RemoteFolder:
    """Return a folder that may be at a URL. ``file://`` is read as a path.

    Raises:
        SettingsError: it is a file, or the URL is not a folder's, or contains a password.
    """
    location = option or configured
    if not is_url(location):
        folder = resolve_folder(root, configured, start, option)
        if folder.is_file():
            raise SettingsError(
                message("settings.not_a_folder", folder=location),
                where=Location(f"--{key}" if option else key),
                next_step=message("settings.not_a_folder.next"),
            )
        return folder
    if location.lower().startswith("file://"):
        from urllib.request import url2pathname  # takes longer to import than settings to load

        return Path(url2pathname(urlsplit(location).path)).absolute()
    return _open_remote(location, Location(f"--{key}"))


def _open_remote(url: str, where: Location) -> RemoteFolder:
    try:
        return open_folder(url)
    except ValueError as error:
        what: UserText = error.args[0]
        step = message("settings.folder_url.next")
        raise SettingsError(what, where=where, next_step=step) from error
