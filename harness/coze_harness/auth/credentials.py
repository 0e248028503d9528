"""Who signs in to Coze: a token, or the keys of an OAuth app. Both come from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeAlias

from msgspec import Struct

from coze_harness.messages import LocalizedText, UserText, message
from coze_harness.messages.os_error_reason import os_error_reason
from coze_harness.model.errors import SettingsError

TOKEN_NAMES: Final = ("COZE_API_TOKEN", "COZE_APE_KEY")
"""Where a token is looked for: the name that Coze's SDKs use, then the walkthrough's own."""

CLIENT_ID: Final = "COZE_JWT_OAUTH_CLIENT_ID"
PUBLIC_KEY_ID: Final = "COZE_JWT_OAUTH_PUBLIC_KEY_ID"
PRIVATE_KEY: Final = "COZE_JWT_OAUTH_PRIVATE_KEY"
PRIVATE_KEY_FILE: Final = "COZE_JWT_OAUTH_PRIVATE_KEY_FILE_PATH"
JWT_NAMES: Final = (CLIENT_ID, PUBLIC_KEY_ID, PRIVATE_KEY, PRIVATE_KEY_FILE)
"""Where an OAuth app's keys are looked for, as in the examples of Coze's SDKs."""


PROJECT_TOKEN: Final = "COZE_PROJECT_TOKEN"  # noqa: S105 - the name of a variable
"""Where the token of projects on coze.site is looked for: a JWT of their deployment page."""

STUDIO_TOKEN: Final = "COZE_STUDIO_TOKEN"  # noqa: S105 - the name of a variable
"""Where the token of coze-studio is looked for; without it, Coze's own is sent."""


class AccessToken:
    """Coze's access token; nothing that is printed, logged or formatted shows it."""

    __slots__ = ("_secret",)

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def get_secret_value(self) -> str:
        """Return the secret itself, for the one header that needs it."""
        return self._secret

    def __repr__(self) -> str:
        return "Token(…)"

    def __str__(self) -> str:
        return "…"


class OAuthAppKeys(Struct, frozen=True, kw_only=True):
    """What an OAuth app signs in with, complete or not; the private key is never shown.

    The private key is PEM text, or in a file, or missing (both are empty).
    """

    client_id: str
    public_key_id: str
    private_key: AccessToken
    key_file: Path | None = None


Credentials: TypeAlias = AccessToken | OAuthAppKeys
"""What signs in to Coze."""


def read_credentials(
    env: Mapping[str, str], folder: Path
) -> tuple[Credentials | None, tuple[LocalizedText, ...]]:
    """Return what signs in, and hints about it; a token wins over an app's keys.

    No key file is opened here, and keys may be incomplete: a replay needs none of them.

    Args:
        env: the environment.
        folder: the working folder, which the path of a key file counts from.

    Raises:
        SettingsError: the token has a character that no token has.
    """
    token, hints = _token(env)
    path = _variable(env, PRIVATE_KEY_FILE)
    keys = OAuthAppKeys(
        client_id=_variable(env, CLIENT_ID),
        public_key_id=_variable(env, PUBLIC_KEY_ID),
        # Many CI systems keep a secret on one line, with its line breaks written out.
        private_key=AccessToken(_variable(env, PRIVATE_KEY).replace("\\n", "\n")),
        key_file=folder / path if path else None,
    )
    names = [name for name in JWT_NAMES if _variable(env, name)]
    if token and names:
        hints += (message("auth.token_wins", variable=names[0]),)
    return token or (keys if names else None), hints


def read_private_key(keys: OAuthAppKeys) -> str:
    """Return the private key of an OAuth app, as PEM text, read from its file if it is in one.

    Raises:
        SettingsError: something is missing, or the file cannot be read.
    """
    missing: list[UserText] = [
        name
        for name, value in ((CLIENT_ID, keys.client_id), (PUBLIC_KEY_ID, keys.public_key_id))
        if not value
    ]
    pem = keys.private_key.get_secret_value()
    if not pem and keys.key_file is None:
        missing.append(message("auth.key_or_file", key=PRIVATE_KEY, file=PRIVATE_KEY_FILE))
    if missing:
        raise SettingsError(
            message("auth.missing", names=tuple(missing)),
            next_step=message("auth.missing.next"),
        )
    if pem or keys.key_file is None:
        return pem
    try:
        return keys.key_file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        path = str(keys.key_file)
        raise SettingsError(
            message("auth.key_file", path=path, reason=os_error_reason(error))
            if isinstance(error, OSError)
            else message("auth.key_file.no_text", path=path),
            next_step=message("auth.key_file.next", variable=PRIVATE_KEY_FILE),
        ) from None


def environment_secrets(env: Mapping[str, str], folder: Path) -> list[str]:
    """Return every secret in the environment and in the files that it names, valid or not."""
    names = (*TOKEN_NAMES, PROJECT_TOKEN, STUDIO_TOKEN, PRIVATE_KEY)
    secrets = [_variable(env, name) for name in names]
    secrets.append(secrets[-1].replace("\\n", "\n"))
    if path := _variable(env, PRIVATE_KEY_FILE):
        with suppress(OSError, ValueError):
            secrets.append((folder / path).read_text("utf-8"))
    return [secret for secret in secrets if secret]


def _variable(env: Mapping[str, str], name: str) -> str:
    return env.get(name, "").strip()


def read_token(env: Mapping[str, str], name: str) -> AccessToken | None:
    """Return the token in one variable of the environment, if it is set.

    Raises:
        SettingsError: it has a character that no token has.
    """
    secret = _variable(env, name).removeprefix("Bearer ").strip()
    if not secret:
        return None
    if not secret.isascii() or not secret.isprintable() or " " in secret:
        raise SettingsError(
            message("auth.bad_token", variable=name),
            next_step=message("auth.bad_token.next", variable=name),
        )
    return AccessToken(secret)


def _token(env: Mapping[str, str]) -> tuple[AccessToken | None, tuple[LocalizedText, ...]]:
    """Return the token, and a hint where it comes by its old name."""
    for name in TOKEN_NAMES:
        if token := read_token(env, name):
            is_old = name != TOKEN_NAMES[0]
            return token, (message("auth.old_name"),) if is_old else ()
    return None, ()
