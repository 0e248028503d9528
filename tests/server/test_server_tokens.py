"""The token endpoint: claims of a JWT, and tokens that expire."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
import requests
from coze_harness.server.server_process import RunningServer, serve
from server_caller import BOT, ManualClock, script

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
GOOD: dict[str, Any] = {"duration_seconds": 900, "grant_type": GRANT, "scope": None}
NOW = 1_760_000_000


def jwt(server: RunningServer, claims: dict[str, Any]) -> str:
    whole = {"iss": "app", "aud": f"{server.host}:{server.port}", "iat": NOW, "exp": NOW + 60}
    parts = (
        {"alg": "RS256", "kid": "kid"},
        {**whole, "jti": "1", **claims},
    )
    encoded_parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in parts]
    return ".".join([*(part.rstrip("=") for part in encoded_parts), "signature"])


def request_token(server: RunningServer, token: str, body: dict[str, Any]) -> requests.Response:
    return requests.post(
        f"{server.base_url}/api/permission/oauth2/token",
        headers={"Authorization": f"Bearer {token}"},
        json=body,
        timeout=5,
    )


def test_an_issued_token_is_valid_until_its_second() -> None:
    clock = ManualClock(NOW)
    with serve(script("- {default: true, answer: x}"), clock=clock) as server:
        answer = request_token(server, jwt(server, {}), GOOD)
        token = answer.json()
        assert set(token) == {"access_token", "expires_in", "token_type"}
        assert token["access_token"].startswith("czs_")
        assert token["expires_in"] == NOW + 900
        headers = {"Authorization": f"Bearer {token['access_token']}"}
        url = f"{server.base_url}/v1/bots/{BOT}"
        assert requests.get(url, headers=headers, timeout=5).json()["code"] == 0
        clock.at += 900
        refused = requests.get(url, headers=headers, timeout=5)
        assert (refused.status_code, refused.json()["code"]) == (401, 700012006)
        chat = requests.post(f"{server.base_url}/v3/chat", headers=headers, json={}, timeout=5)
        assert (chat.status_code, chat.json()["code"]) == (200, 4101)


@pytest.mark.parametrize(("claims", "words"), [({"iss": ""}, "iss"), ({"aud": "x"}, "aud")])
def test_a_jwt_with_wrong_claims_is_refused(claims: dict[str, Any], words: str) -> None:
    with serve(script("- {default: true, answer: x}"), clock=ManualClock(NOW)) as server:
        answer = request_token(server, jwt(server, claims), GOOD)
    assert answer.status_code == 400
    assert answer.json()["error_code"] == "invalid_client"
    assert words in answer.json()["error_message"]


@pytest.mark.parametrize("token", ["", "pat_x", "a.b.c", "e30.e30.x", "W10.W10.x", "é"])
def test_a_token_that_is_not_a_jwt_is_refused(token: str) -> None:
    with serve(script("- {default: true, answer: x}")) as server:
        answer = request_token(server, token.encode().decode("latin-1"), GOOD)
    assert answer.json()["error_code"] == "invalid_client"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"grant_type": "x"},
        {**GOOD, "duration_seconds": "900"},
    ],
)
def test_another_grant_type_or_duration_is_refused(body: dict[str, Any]) -> None:
    with serve(script("- {default: true, answer: x}"), clock=ManualClock(NOW)) as server:
        answer = request_token(server, jwt(server, {}), body)
    assert answer.status_code == 400
    assert answer.json()["error_code"] in ("unsupported_grant_type", "invalid_request")
