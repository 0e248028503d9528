"""A project's settings: harness.yaml, then the environment, then options; the last one wins.

The token comes from the environment alone; a file of the project never holds a secret.
"""

from harness.settings.loading import TOKEN_NAMES, load_settings
from harness.settings.nouns import Overrides, Poll, Settings, Token

__all__ = ["TOKEN_NAMES", "Overrides", "Poll", "Settings", "Token", "load_settings"]
