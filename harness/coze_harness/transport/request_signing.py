"""What signs requests, and when a refusal is for the signature alone."""

from __future__ import annotations

from typing import Final, Protocol

from coze_harness.model import HttpCall, HttpResponse
from coze_harness.model.errors import SettingsError
from coze_harness.text import json_text as jsontext

_UNSIGNED: Final = frozenset({4100, 700012006})
_LONGEST_REFUSAL: Final = 4096


class TokenSource(Protocol):
    """Gives the token of each request. Asked from many threads at once."""

    def token(self) -> str:
        """Return the token to use now.

        Raises:
            HarnessError: there is none.
        """
        ...

    def renew_token(self, refused: str) -> str:
        """Return another token than one that was refused; empty if there is no use in that."""
        ...


class StaticToken:
    """A token that lives longer than any run."""

    def __init__(self, token: str) -> None:
        self._token = token

    def token(self) -> str:
        """Return the token."""
        return self._token

    def renew_token(self, refused: str) -> str:
        """Return nothing: there is no other."""
        del refused
        return ""


def is_authentication_error(answer: HttpResponse, call: HttpCall) -> bool:
    """Tell whether a call was refused for its token alone, and may be made with another.

    Coze's own codes say that nothing was begun, so that even a prompt may be sent again. An HTTP
    401 without them is some gateway's, who may have let the call through: good for reads only.
    """
    if answer.status != 401 and (answer.status != 200 or len(answer.body) > _LONGEST_REFUSAL):
        return False
    try:
        body = jsontext.parse_json(answer.body)
    except ValueError:
        body = None
    code = body.get("code") if isinstance(body, dict) else None
    return code in _UNSIGNED or (answer.status == 401 and call.method == "GET")


def check_token(token: str) -> None:
    """Refuse a token that could not be sent, before anything names it.

    Raises:
        SettingsError: it holds what no token holds.
    """
    # http.client would name the whole header, and so the token, in its error.
    if not token or not all("!" <= character <= "~" for character in token):
        raise SettingsError(
            "The token holds a character that no token of Coze has (a blank, a line break, …).",
            next_step="copy it again from Coze into COZE_API_TOKEN.",
        )
