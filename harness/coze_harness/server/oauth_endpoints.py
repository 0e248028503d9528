"""Signing in with an OAuth app: a JWT comes, a token that soon ends goes."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Final

import orjson
from starlette.requests import Request

from coze_harness.model import JSON
from coze_harness.server import request_validation as checks
from coze_harness.server.fault_schema import Route
from coze_harness.server.response_writer import Bare, Outcome
from coze_harness.server.server_state import Desk

_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LONGEST: Final = 86_399
_USUAL: Final = 900


async def give(desk: Desk, request: Request) -> Outcome:
    """`POST /api/permission/oauth2/token` with a JWT, whose shape is looked at, not its signature.

    No public key is known here, so that any key will do; all else is as the service has it.
    """
    body = await checks.body_of(request)
    if body.get("grant_type") != _GRANT:
        return _refused("unsupported_grant_type", "grant_type must be that of a JWT.")
    seconds = body.get("duration_seconds", _USUAL)
    if not isinstance(seconds, int) or not 0 < seconds <= _LONGEST:
        return _refused("invalid_request", f"duration_seconds must be 1 to {_LONGEST}.")
    slip = _slip(request, desk.clock.now())
    if slip:
        return _refused("invalid_client", f"The JWT {slip}.")
    fault = desk.strike(Route.TOKEN)
    token, ends = desk.tokens.new(min(seconds, desk.script.defaults.token_seconds))
    return Bare({"access_token": token, "expires_in": ends, "token_type": "Bearer"}, fault=fault)


def _refused(word: str, text: str) -> Bare:
    return Bare({"error_code": word, "error_message": text, "error": word}, http=400)


def _slip(request: Request, now: float) -> str:
    """Return what is wrong with the JWT that signs a request; empty if nothing is."""
    jwt = request.headers.get("authorization", "").removeprefix("Bearer ")
    parts = [_part(part) for part in jwt.split(".")[:2]]
    if jwt.count(".") != 2 or len(parts) != 2 or not all(parts):
        return "is none"
    head, claims = parts
    exp, iat = claims.get("exp"), claims.get("iat")
    if head.get("alg") != "RS256":
        return "is not signed by RS256"
    for name, value in (("kid", head.get("kid")), *((n, claims.get(n)) for n in ("iss", "jti"))):
        if not value or not isinstance(value, str):
            return f"has no {name}"
    if claims.get("aud") != request.headers.get("host"):
        return "is for another host (aud)"
    if not isinstance(exp, int) or not isinstance(iat, int) or not iat < exp or now >= exp:
        return "has expired (exp)"
    return ""


def _part(text: str) -> Mapping[str, JSON]:
    try:
        found = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error):
        return {}
    return found if isinstance(found, dict) else {}
