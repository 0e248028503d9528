"""A bucket, looked at past the harness: by plain HTTP, with a signature that is not looked at."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import quote, unquote

import requests

_SIGNED = {
    "Authorization": "AWS4-HMAC-SHA256 Credential=testing/20260101/us-east-1/s3/aws4_request"
}
SECRET = "dummy-secret-that-nobody-prints"


@dataclass(frozen=True)
class Bucket:
    """One bucket of a server."""

    address: str
    name: str

    @property
    def url(self) -> str:
        return f"s3://{self.name}"

    @property
    def environment(self) -> dict[str, str]:
        """What leads the usual clients here."""
        return {
            "AWS_ENDPOINT_URL": self.address,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_MAX_ATTEMPTS": "1",
        }

    def make(self) -> None:
        assert requests.put(self._address(), headers=_SIGNED, timeout=30).ok

    def keys(self, below: str = "") -> list[str]:
        listing = requests.get(
            self._address(),
            params={"list-type": "2", "prefix": below, "encoding-type": "url"},
            headers=_SIGNED,
            timeout=30,
        ).text
        return sorted(unquote(unescape(key)) for key in re.findall("<Key>([^<]*)</Key>", listing))

    def read(self, key: str) -> bytes:
        answer = requests.get(self._address(key), headers=_SIGNED, timeout=30)
        assert answer.ok, key
        return answer.content

    def write(self, key: str, data: bytes) -> None:
        assert requests.put(self._address(key), data=data, headers=_SIGNED, timeout=30).ok

    def delete(self, key: str) -> None:
        assert requests.delete(self._address(key), headers=_SIGNED, timeout=30).ok

    def run_json(self, run: str = "latest") -> dict[str, Any]:
        run_record = json.loads(self.read(f"reports/{run}/run.json"))
        assert isinstance(run_record, dict)
        return run_record

    def runs(self) -> list[str]:
        """Return the runs that are whole."""
        run_ids = re.findall(r"^reports/(2[^/]*)/run\.json$", "\n".join(self.keys()), re.MULTILINE)
        return sorted(run_ids)

    def _address(self, key: str = "") -> str:
        return f"{self.address}/{self.name}/{quote(key)}"
