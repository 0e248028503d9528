"""A service that repeats the caller's token wherever an answer has room for it."""

from __future__ import annotations

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

CORE = "Zx9Kq2Vb7Lm4Wp8T" * 4
TOKEN = f"pat_{CORE}"
THIRD_PARTY = "sk-" + "Qw3Er5Ty7Ui9Op1A" * 2


def places(token: str) -> str:
    """Return a text with a token in every disguise that text can give it."""
    parts = (
        f"plain {token}",
        f"quoted '{token}'",
        f"header Authorization: Bearer {token}",
        f"core {token.removeprefix('pat_')}",
        f"url https://example.com/?access_token={quote(token, safe='')}&x=1",
        f"percent {token.replace('_', '%5F')}",
        f"base64 {base64.b64encode(token.encode()).decode()}",
        f"basic {base64.b64encode(f'user:{token}'.encode()).decode()}",
        f"third {THIRD_PARTY}",
        f"中文里的{token}也要去掉",
    )
    return "\n".join(parts)


class LeakingService:
    """Listens on loopback; every answer, of whatever route, is full of the token."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> LeakingService:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        sent = json.loads(self.rfile.read(length) or b"{}")
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        parts = urlsplit(self.path)
        secrets = places(token)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        prompt = (sent.get("additional_messages") or [{}])[0].get("content", "")
        if prompt == "page":
            self._send(502, f"<html>Bad gateway for {secrets}</html>".encode(), "text/html", token)
            return
        code, data = 0, self._data(parts.path, prompt, query, secrets)
        if prompt == "refused":
            code, data = 4101, None
        envelope = {
            "code": code,
            "msg": secrets if code else "",
            "data": data,
            "detail": {"logid": f"log-{token}"},
        }
        body = json.dumps(envelope, ensure_ascii=False).encode()
        self._send(200, body, "application/json", token)

    def _data(self, path: str, prompt: str, query: dict[str, str], secrets: str) -> Any:
        if path.startswith("/v1/bot"):
            return {
                "bot_id": "1",
                "name": "chatchat",
                "version": "1",
                "prompt_info": {"prompt": f"你是助手。\n{secrets}"},
                "model_info": {"model_name": "GPT-4o"},
            }
        if path.endswith("/message/list"):
            call = json.dumps({"name": "search", "arguments": {"key": secrets}}, ensure_ascii=False)
            return [
                _message("function_call", call),
                _message("tool_response", secrets),
                _message("answer", f"我是学术助手。\n{secrets}"),
                _message("follow_up", secrets),
            ]
        failed = prompt == "fail"
        return {
            "id": "101",
            "conversation_id": "102",
            "status": "failed" if failed else "completed",
            "last_error": {"code": 5000, "msg": secrets} if failed else {"code": 0, "msg": ""},
            "meta_data": {"said": secrets},
        }

    def _send(self, status: int, body: bytes, kind: str, token: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Tt-Logid", f"logid-{token}")
        self.send_header("Set-Cookie", f"session={token}; Path=/")
        self.send_header("X-Echo", token)
        self.end_headers()
        self.wfile.write(body)


def _message(kind: str, content: str) -> dict[str, str]:
    return {
        "id": "103",
        "role": "assistant",
        "type": kind,
        "content": content,
        "content_type": "text",
        "conversation_id": "102",
        "chat_id": "101",
        "bot_id": "1",
    }
