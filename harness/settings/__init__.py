"""A project's settings: harness.yaml, then the environment, then options; the last one wins.

What signs in comes from the environment alone; a file of the project never holds a secret.
"""

from harness.settings.loading import load_settings
from harness.settings.nouns import JwtKeys, Overrides, Poll, Report, Settings, SignIn, Token
from harness.settings.signing_in import TOKEN_NAMES, private_key, secrets

__all__ = [
    "TOKEN_NAMES",
    "JwtKeys",
    "Overrides",
    "Poll",
    "Report",
    "Settings",
    "SignIn",
    "Token",
    "load_settings",
    "private_key",
    "secrets",
]
