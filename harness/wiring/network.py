"""The way out: the wire signed with the project's token, and what hides that token everywhere."""

from __future__ import annotations

from harness.cassette import Redactor
from harness.errors import SettingsError
from harness.settings import Settings
from harness.wire import Wire
from harness.wiring.world import World


def open_wire(settings: Settings, world: World, *, workers: int) -> Wire:
    """Return the network, signed with the project's token.

    Raises:
        SettingsError: there is no token.
    """
    token = settings.token.reveal() if settings.token else ""
    if not token:
        raise SettingsError(
            "There is no token to talk to Coze with.",
            next_step="set COZE_API_TOKEN; or try without an account: coze-harness serve --demo",
        )
    return Wire(settings.base_url, token, workers=workers, environment=world.environment)


def redactor(settings: Settings) -> Redactor:
    """Return what takes the project's secrets out of any text."""
    token = settings.token.reveal() if settings.token else ""
    return Redactor([token] if token else (), settings.redact)
