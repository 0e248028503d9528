"""Addresses of services: Coze's own, coze-studio's, a project's."""

from __future__ import annotations

from typing import Final
from urllib.parse import SplitResult, urlsplit

from coze_harness.messages import message
from coze_harness.model.errors import SettingsError
from coze_harness.model.location import Location

RUN_ROUTE: Final = "/run"
"""The route of a workflow project whose reply is one JSON value."""

_PROJECT_ROUTES: Final = ("/stream_run", RUN_ROUTE)


def check_base_url(value: str, where: Location) -> None:
    """Check that an address has a scheme and a host, and no user, password or query.

    Raises:
        SettingsError: it is invalid; `where` is named.
    """
    if _parts(value) is None:
        step = message("settings.base_url.next")
        likely = f"https://{value.replace('：', ':').removeprefix('https://')}"
        if "." in value and _parts(likely) is not None:
            step = message("settings.base_url.scheme", url=likely)
        raise SettingsError(message("settings.base_url"), where=where, next_step=step)


def check_project_url(value: str, where: Location) -> None:
    """Check that an address is one that a project is called at, with its route.

    Raises:
        SettingsError: it is invalid; `where` is named.
    """
    parts = _parts(value)
    if parts is None or not parts.path.endswith(_PROJECT_ROUTES):
        raise SettingsError(
            message("settings.project_url"),
            where=where,
            next_step=message("settings.project_url.next"),
        )


def _parts(value: str) -> SplitResult | None:
    """Return the parts of a usable address."""
    try:
        parts = urlsplit(value)
        is_port_wrong = parts.port == 0
    except ValueError:
        return None
    is_wrong = parts.scheme not in ("http", "https") or not parts.hostname or is_port_wrong
    if is_wrong or parts.username is not None or parts.query or parts.fragment:
        return None
    return parts
