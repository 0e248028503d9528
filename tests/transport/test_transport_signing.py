"""Tokens that are renewed: before they end, once for all workers, and when one is refused."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module

import pytest
from app_keys import pem
from coze_harness.auth.credentials import AccessToken, OAuthAppKeys
from coze_harness.auth.oauth_app import (
    OAuthTokenSource,
    TokenRequest,
    sdk_token_request,
    sign_again,
)
from coze_harness.cassettes import Redactor
from coze_harness.model import HttpCall, HttpResponse
from coze_harness.model.errors import ApiError, PayloadError, SettingsError, TransportError
from coze_harness.model.process_context import SystemClock
from coze_harness.server.fault_injection import Fault, FaultKind, Route
from coze_harness.server.server_process import serve
from coze_harness.transport import HttpTransport, ca_bundle, proxies_for
from raw_server import RawServer, http, says
from talking import script

POLL = HttpCall("GET", "/v3/chat/retrieve", (("conversation_id", "72"), ("chat_id", "71")))
PROMPT = HttpCall("POST", "/v3/chat", (), {"bot_id": "1"})
REFUSED = http(b'{"code":700012006,"msg":"access token invalid"}', "401 Unauthorized")
ROUTE = "POST /api/permission/oauth2/token"
BOTS = "- {default: true, answer: x}"


class HandClock:
    """Moves when a test says so; both of its times together."""

    def __init__(self) -> None:
        self.at = 1_000_000.0

    def monotonic(self) -> float:
        return self.at

    def now(self) -> float:
        return self.at


class TokenIssuer:
    """Gives numbered tokens, and counts."""

    def __init__(self, clock: HandClock, life: float = 900) -> None:
        self.clock = clock
        self.life = life
        self.token_count = 0
        self.fault: Exception | None = None

    def __call__(self) -> tuple[str, int]:
        if self.fault:
            raise self.fault
        self.token_count += 1
        return f"czs_{self.token_count:016}", int(self.clock.at + self.life)


def make_token_source(
    issuer: TokenIssuer, learned_secrets: list[str] | None = None
) -> OAuthTokenSource:
    return OAuthTokenSource(
        issuer, issuer.clock, (learned_secrets if learned_secrets is not None else []).append
    )


def keys(**fields: str) -> OAuthAppKeys:
    private = AccessToken(fields.get("private_key", pem()))
    return OAuthAppKeys(client_id="app-1", public_key_id="kid-1", private_key=private)


# --- when a token is renewed --------------------------------------------------------------------


def test_a_token_is_used_until_shortly_before_its_end() -> None:
    issuer = TokenIssuer(HandClock())
    token_source = make_token_source(issuer)
    first = token_source.token()
    issuer.clock.at += 830
    assert token_source.token() == first
    issuer.clock.at += 15
    assert token_source.token() != first
    assert issuer.token_count == 2


@pytest.mark.parametrize("error", [-5000, 5000])
def test_a_wrong_clock_of_this_machine_does_not_renew_all_the_time(error: float) -> None:
    issuer = TokenIssuer(HandClock(), life=900 + error)
    token_source = make_token_source(issuer)
    token_source.token()
    issuer.clock.at += 0.5
    token_source.token()
    assert issuer.token_count == 1
    issuer.clock.at += 900
    token_source.token()
    assert issuer.token_count == 2


def test_every_token_is_registered_as_a_secret_before_it_is_used() -> None:
    issuer = TokenIssuer(HandClock())
    learned_secrets: list[str] = []
    token_source = make_token_source(issuer, learned_secrets)
    assert learned_secrets == []
    used = [token_source.token(), token_source.renew_token(token_source.token())]
    assert learned_secrets == used


def test_a_rejected_token_is_renewed_once() -> None:
    issuer = TokenIssuer(HandClock())
    token_source = make_token_source(issuer)
    first = token_source.token()
    second = token_source.renew_token(first)
    assert second
    assert second != first
    assert token_source.renew_token(first) == second  # a worker that comes late with the old one
    assert token_source.renew_token(second) == ""
    assert issuer.token_count == 2
    issuer.clock.at += 1000
    third = token_source.token()
    assert token_source.renew_token(third) not in ("", third)


def test_an_unreachable_endpoint_is_retried_while_the_token_is_valid() -> None:
    issuer = TokenIssuer(HandClock())
    token_source = make_token_source(issuer)
    first = token_source.token()
    issuer.clock.at += 850
    issuer.fault = TransportError("away", may_have_arrived=False)
    assert token_source.token() == first
    issuer.clock.at += 60
    with pytest.raises(TransportError):
        token_source.token()
    issuer.fault = None
    assert token_source.token() != first


def test_a_rejection_is_final_and_no_token_is_requested_again() -> None:
    issuer = TokenIssuer(HandClock())
    issuer.fault = ApiError("no", code=0, http_status=0)
    token_source = make_token_source(issuer)
    with pytest.raises(ApiError):
        token_source.token()
    issuer.fault = None
    with pytest.raises(ApiError):
        token_source.token()
    assert issuer.token_count == 0


# --- a wire that is signed so -------------------------------------------------------------------


def send_call(call: HttpCall, *answers: bytes) -> tuple[HttpResponse, list[str]]:
    """Return the last answer to a call, and the tokens of the requests that it took."""
    with RawServer(*(says(answer) for answer in answers)) as server:
        transport = HttpTransport(
            server.base_url, make_token_source(TokenIssuer(HandClock())), workers=1, environment={}
        )
        answer = transport.send(call)
        transport.close()
        heads = [request.decode().partition("Bearer czs_")[2][:16] for request in server.requests]
        return answer, [head.lstrip("0") for head in heads]


@pytest.mark.parametrize("call", [POLL, PROMPT])
@pytest.mark.parametrize(
    "refused",
    [
        REFUSED,
        http(b'{"code":4100,"msg":"authentication is invalid"}', "401 Unauthorized"),
        http(b'{"code":700012006,"msg":"authentication failed"}'),
    ],
)
def test_a_call_rejected_for_its_token_is_sent_once_more(call: HttpCall, refused: bytes) -> None:
    answer, tokens = send_call(call, refused, http(b'{"code":0}'))
    assert answer.body == b'{"code":0}'
    assert tokens == ["1", "2"]


def test_a_second_rejection_is_returned() -> None:
    answer, tokens = send_call(POLL, REFUSED)
    assert answer.status == 401
    assert tokens == ["1", "2"]


def test_a_gateways_401_repeats_a_read_and_no_prompt() -> None:
    page = http(b"<html>login</html>", "401 Unauthorized")
    assert send_call(POLL, page, http(b"{}"))[1] == ["1", "2"]
    assert send_call(PROMPT, page, http(b"{}"))[1] == ["1"]


@pytest.mark.parametrize("code", [4101, 4200, 4000, 0])
def test_other_rejections_are_not_about_the_token(code: int) -> None:
    body = json.dumps({"code": code, "msg": "4100"}).encode()
    assert send_call(PROMPT, http(body))[1] == ["1"]


def test_a_plain_token_is_not_renewed() -> None:
    with RawServer(says(REFUSED)) as server:
        transport = HttpTransport(server.base_url, "pat_right", workers=1, environment={})
        assert transport.send(POLL).status == 401
        transport.close()
        assert len(server.requests) == 1


# --- with the official SDK and a server ---------------------------------------------------------


def token_request(
    app: OAuthAppKeys,
    base_url: str,
    redact: Callable[[str], str],
    environment: Mapping[str, str] | None = None,
    seconds: float = 30.0,
) -> TokenRequest:
    environment = environment or {}
    return sdk_token_request(
        app,
        base_url,
        proxies=proxies_for(base_url, environment),
        ca_bundle=ca_bundle(environment),
        redact=redact,
        seconds=seconds,
    )


def test_sixty_four_workers_share_each_renewal() -> None:
    secrets = Redactor()
    with serve(script(BOTS, rest="defaults: {token_seconds: 2}")) as server:
        ask = token_request(keys(), server.base_url, secrets.redact)
        token_source = OAuthTokenSource(ask, SystemClock(), secrets.add_secret)
        transport = HttpTransport(server.base_url, token_source, workers=64, environment={})
        codes: list[bytes] = []
        until = time.monotonic() + 3

        def work() -> None:
            while time.monotonic() < until:
                # A crowded loopback resets a connection now and then; a read is made again.
                with suppress(TransportError):
                    codes.append(transport.send(POLL).body)

        threads = [threading.Thread(target=work) for _ in range(64)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        transport.close()
        # A token lives one to two seconds here, and three are worked: a handful of renewals.
        assert 2 <= server.calls[ROUTE] <= 6
        assert len(codes) > 64
        assert secrets.redact(f"core {token_source.token()[4:]}") == "core <redacted>"
    assert b"700012006" not in b"".join(codes)


@pytest.mark.parametrize(
    ("kind", "words"), [("ec", "not an RSA key"), ("locked", "password"), ("none", "PEM")]
)
def test_an_unusable_key_is_an_error_of_the_settings(kind: str, words: str) -> None:
    text = "-----BEGIN PRIVATE KEY-----\nQUJD\n-----END" if kind == "none" else pem(kind)
    with pytest.raises(SettingsError, match=words) as caught:
        token_request(keys(private_key=text), "http://127.0.0.1:1", str)
    assert text.splitlines()[1] not in str(caught.value)
    assert caught.value.next_step


def test_a_rejected_jwt_is_reported_in_the_services_words_without_secrets(
    capfd: pytest.CaptureFixture[str],
) -> None:
    rejection = {"error_code": "invalid_client", "error_message": "kid unknown: czs_a1b2c3d4e5f6"}
    answer = http(
        json.dumps(rejection).encode(), "401 Unauthorized", "Content-Type: application/json"
    )
    with RawServer(says(answer)) as server:
        with pytest.raises(ApiError) as caught:
            token_request(keys(), server.base_url, Redactor().redact)()
        assert server.base_url in str(caught.value.what)
    assert "kid unknown: <redacted>" in str(caught.value.what)
    assert "COZE_JWT_OAUTH_PUBLIC_KEY_ID" in str(caught.value.next_step)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "body", [b"[]", b'{"access_token": "x"}', b'{"access_token":"a b","expires_in":9}']
)
def test_a_response_without_a_token_is_reported_as_of_another_endpoint(body: bytes) -> None:
    answer = http(body, "200 OK", "Content-Type: application/json")
    with RawServer(says(answer)) as server, pytest.raises(PayloadError, match="token endpoint"):
        token_request(keys(), server.base_url, str)()


def test_an_id_that_looks_like_a_credit_card_is_replaced() -> None:
    ids = iter(["1732650000:4111111111111111:00", "1732650000:41111111111111ab:00"])
    signer = import_module("authlib.jose").JsonWebToken(["HS256"])

    def request() -> tuple[str, int]:
        return str(signer.encode({"alg": "HS256"}, {"jti": next(ids)}, b"k" * 32)), 900

    assert sign_again(request)[1] == 900
    assert list(ids) == []


@pytest.mark.parametrize("status", ["502 Bad Gateway", "503 Away", "429 Too Many"])
def test_an_html_response_of_a_gateway_is_a_transport_error(status: str) -> None:
    answer = http(b"<html>", status)
    with RawServer(says(answer)) as server, pytest.raises(TransportError) as caught:
        token_request(keys(), server.base_url, str)()
    assert not caught.value.may_have_arrived


def test_the_environments_proxy_is_used_and_the_processs_is_not() -> None:
    token = {"access_token": "czs_1", "expires_in": 9, "token_type": "Bearer"}
    with RawServer(says(http(json.dumps(token).encode()))) as proxy:
        ask = token_request(keys(), "http://api.coze.example", str, {"http_proxy": proxy.base_url})
        assert ask() == ("czs_1", 9)
        assert proxy.requests[0].startswith(
            b"POST http://api.coze.example/api/permission/oauth2/token"
        )


@pytest.mark.parametrize("kind", [FaultKind.HTML, FaultKind.RESET_BEFORE])
def test_the_servers_faults_reach_the_token_endpoint(kind: FaultKind) -> None:
    with serve(script(BOTS)) as server:
        ask = token_request(keys(), server.base_url, str)
        server.inject(Fault(kind=kind, at=Route.TOKEN, times=1))
        with pytest.raises(TransportError):
            ask()
        token, ends = ask()
    assert token.startswith("czs_")
    assert 880 < ends - time.time() <= 901


def test_the_server_checks_the_jwts_audience() -> None:
    with serve(script(BOTS)) as server:
        other = server.base_url.replace("127.0.0.1", "localhost")
        assert token_request(keys(), other, str)()[0]
        bad = OAuthAppKeys(client_id="", public_key_id="k", private_key=AccessToken(pem()))
        with pytest.raises(SettingsError, match="COZE_JWT_OAUTH_CLIENT_ID"):
            token_request(bad, server.base_url, str)
