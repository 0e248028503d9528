"""Tokens of requests, and which responses reject only the token."""

from __future__ import annotations

from typing import Final, Protocol

from coze_harness.messages import message
from coze_harness.model import HttpCall, HttpResponse
from coze_harness.model.errors import SettingsError
from coze_harness.text.json_text import parse_json

_TOKEN_CODES: Final = frozenset({4100, 700012006})
_MAX_ERROR_BYTES: Final = 4096


class TokenSource(Protocol):
    """Returns the token of each request. Called from many threads at once."""

    def token(self) -> str:
        """Return the current token.

        Raises:
            HarnessError: there is none.
        """
        ...

    def renew_token(self, rejected: str) -> str:
        """Return another token than a rejected one; empty if that would not help."""
        ...


class StaticToken:
    """A token that outlives any run."""

    def __init__(self, token: str) -> None:
        self._token = token

    def token(self) -> str:
        """Return the token."""
        return self._token

    def renew_token(self, rejected: str) -> str:
        """Return an empty text: there is no other token."""
        del rejected
        return ""


def is_authentication_error(response: HttpResponse, call: HttpCall) -> bool:
    """Return whether a call was rejected only for its token, and may be repeated with another.

    Coze's own codes say that nothing was started, so even a prompt may be sent again. An HTTP 401
    without them may come from a gateway that has let the call through: only reads are repeated.
    """
    if response.status != 401 and (response.status != 200 or len(response.body) > _MAX_ERROR_BYTES):
        return False
    try:
        body = parse_json(response.body)
    except ValueError:
        body = None
    code = body.get("code") if isinstance(body, dict) else None
    return code in _TOKEN_CODES or (response.status == 401 and call.method == "GET")


def check_token(token: str) -> None:
    """Reject a token that cannot be sent, before any error shows it.

    Raises:
        SettingsError: it has a character that no token has.
    """
    # http.client would name the whole header, and so the token, in its error.
    if not token or not all("!" <= character <= "~" for character in token):
        raise SettingsError(
            message("transport.bad_token"),
            next_step=message("transport.bad_token.next"),
        )
