"""Uploads: counted and named, their bytes forgotten."""

from __future__ import annotations

from email import policy
from email.message import Message
from email.parser import BytesParser

from starlette.requests import Request

from coze_harness.model import JSON
from coze_harness.server import request_validation as checks
from coze_harness.server.fault_schema import Route
from coze_harness.server.response_envelope import Refused
from coze_harness.server.response_writer import Outcome, Told
from coze_harness.server.server_state import Desk

_LARGEST = 512 * 1024 * 1024


async def upload(desk: Desk, request: Request) -> Outcome:
    """`POST /v1/files/upload`: one file in the multipart field `file` (4300, 4301, 4302)."""
    checks.authorize(request)
    fault = desk.strike(Route.UPLOAD)
    if int(request.headers.get("content-length", "0")) > _LARGEST:
        raise Refused(4302)
    found = _parts(request.headers.get("content-type", ""), await request.body())
    if len(found) > 1:
        raise Refused(4301)
    if not found or not found[0][1]:
        raise Refused(4300)
    name, content = found[0]
    file_id = desk.ids.new()
    entry: dict[str, JSON] = {
        "id": file_id,
        "bytes": len(content),
        "file_name": name,
        "created_at": desk.ids.second(),
    }
    desk.files[file_id] = entry
    return Told({"data": entry}, fault)


def _parts(content_type: str, body: bytes) -> list[tuple[str, bytes]]:
    """Return name and content of every file in a multipart body, read by the standard library."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    form = BytesParser(policy=policy.HTTP).parsebytes(head + body)
    if form.get_content_type() != "multipart/form-data" or not form.is_multipart():
        raise Refused(4300, "The upload must be multipart/form-data with a field file.")
    named = [part for part in form.iter_parts() if part.get_filename() is not None]
    return [(str(part.get_filename()), _content(part)) for part in named]


def _content(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""
