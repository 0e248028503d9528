"""The way out: the wire, signed as the environment says, and what hides its secrets everywhere."""

from __future__ import annotations

from coze_harness.auth.credentials import OAuthAppKeys, read_private_key
from coze_harness.cassettes import Redactor
from coze_harness.config import Settings
from coze_harness.model.errors import SettingsError
from coze_harness.model.process_context import ProcessContext
from coze_harness.transport import HttpTransport, TokenSource


def open_transport(
    settings: Settings, world: ProcessContext, secrets: Redactor, *, workers: int
) -> HttpTransport:
    """Return the network, signed with the project's token or with its OAuth app's.

    Args:
        settings: the project's.
        world: clock and environment.
        secrets: told of the private key and of each token before it is used.
        workers: how many calls may be under way at a time.

    Raises:
        SettingsError: there is nothing to sign in with, or it cannot be used.
        CozeError: Coze refuses to sign the OAuth app in.
    """
    if settings.credentials is None:
        raise SettingsError(
            "There is no token to talk to Coze with.",
            next_step="set COZE_API_TOKEN; or try without an account: coze-harness serve --demo",
        )
    signer: str | TokenSource
    if isinstance(settings.credentials, OAuthAppKeys):
        signer = _app_signer(settings, settings.credentials, world, secrets)
    else:
        signer = settings.credentials.get_secret_value()
        secrets.add_secret(signer)
    return HttpTransport(settings.base_url, signer, workers=workers, environment=world.environment)


def build_redactor(settings: Settings) -> Redactor:
    """Return what takes secrets out of any text; `open_transport` adds those of the sign-in."""
    return Redactor((), settings.redact)


def _app_signer(
    settings: Settings, keys: OAuthAppKeys, world: ProcessContext, secrets: Redactor
) -> TokenSource:
    from coze_harness.auth.oauth_app import OAuthTokenSource, sdk_token_request

    secrets.add_secret(read_private_key(keys))
    ask = sdk_token_request(keys, settings.base_url, world.environment, secrets.redact)
    return OAuthTokenSource(ask, world.clock, secrets.add_secret)
