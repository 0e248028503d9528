"""The body of a request: JSON, or a file that is read while it is sent."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from mimetypes import guess_type
from pathlib import Path
from typing import BinaryIO, Final, cast

import requests
from urllib3.fields import RequestField

from coze_harness.messages import LocalizedText, message
from coze_harness.messages.os_error_reason import os_error_reason
from coze_harness.model import HttpCall
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import Location
from coze_harness.text.json_text import dump_json

_CHUNK_BYTES: Final = 1 << 16


@contextmanager
def attach_body(call: HttpCall, request: requests.PreparedRequest) -> Iterator[None]:
    """Set the body of a request: JSON, or a file that is read while it is sent.

    Raises:
        ScenarioError: the file cannot be read, or has changed since the call was made.
    """
    if not call.upload:
        body = dump_json(call.body) if call.body is not None else None
        request.body = body
        request.prepare_content_length(body)
        if body is not None:
            request.headers["Content-Type"] = "application/json"
        yield
        return
    try:
        file = Path(call.upload).open("rb")  # noqa: SIM115  (closed below; an error gets its own message)
    except OSError as error:
        raise _upload_error(
            call, message("transport.file_unreadable", reason=os_error_reason(error))
        ) from error
    with file:
        size = os.fstat(file.fileno()).st_size
        if call.body is not None and call.body.get("bytes") != size:
            raise _upload_error(call, message("transport.file_changed"))
        field = RequestField("file", b"", filename=Path(call.upload).name)
        field.make_multipart(content_type=guess_type(call.upload)[0] or "application/octet-stream")
        boundary = secrets.token_hex(16)
        head = f"--{boundary}\r\n{field.render_headers()}".encode()
        tail = f"\r\n--{boundary}--\r\n".encode()
        request.headers["Content-Type"] = f"multipart/form-data; boundary={boundary}"
        request.headers["Content-Length"] = str(len(head) + size + len(tail))
        # requests' types accept only bytes and text; its adapter passes any iterable on.
        request.body = cast("bytes", _chunks(head, file, tail))
        yield


def _chunks(head: bytes, file: BinaryIO, tail: bytes) -> Iterator[bytes]:
    yield head
    while chunk := file.read(_CHUNK_BYTES):
        yield chunk
    yield tail


def _upload_error(call: HttpCall, what: LocalizedText) -> ScenarioError:
    return ScenarioError(
        what,
        where=Location(call.upload),
        next_step=message("transport.file.next"),
    )
