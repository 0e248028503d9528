"""Refusals that the wrong region gives, told with the address that was asked and the other one."""

from __future__ import annotations

from typing import Final

from coze_harness.model.errors import ApiError, HarnessError

_CODES: Final = frozenset({401, 4100, 4101, 4200, 700012006})
_INTERNATIONAL: Final = "https://api.coze.com"
_CHINA: Final = "https://api.coze.cn"


def add_region_hint(fault: HarnessError | None, base_url: str) -> None:
    """Say in a refusal where was asked, if another region's account would be refused so.

    Args:
        fault: what went wrong, if anything did.
        base_url: the service's address.
    """
    if not isinstance(fault, ApiError) or fault.code not in _CODES:
        return
    others = [known for known in (_INTERNATIONAL, _CHINA) if known != base_url]
    fault.detail = (
        *fault.detail,
        f"asked at {base_url}; an account of {' or '.join(others)} is another one "
        "(`base_url` in harness.yaml, COZE_API_BASE or --base-url)",
    )
