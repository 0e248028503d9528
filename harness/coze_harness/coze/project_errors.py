"""Error codes of projects on coze.site: six digits, of which the first is the category.

They are those of ByteDance's package coze-coding-utils, which the deployed service itself uses.
"""

from __future__ import annotations

from typing import Final

from coze_harness.messages import LocalizedText, message

CANCELED_CODES: Final = frozenset({"1", "CANCELED", "701003", "703002"})
"""The codes of a reply or run that was canceled."""

_SIGN_IN: Final = message("project.advice.sign_in")
_BUSY: Final = message("project.advice.busy")
_QUOTA: Final = message("project.advice.quota")

_NEXT_STEPS: Final = {
    "1": message("project.advice.canceled_reply"),
    "CANCELED": message("project.advice.canceled_run"),
    "TIMEOUT": message("project.advice.timeout"),
    "301002": _BUSY,
    "301003": message("project.advice.token_limit"),
    "301005": message("project.advice.model_credentials"),
    "301006": message("project.advice.model"),
    "301007": message("project.advice.declined"),
    "301010": message("project.advice.project_id"),
    "305001": message("project.advice.slow_service"),
    "604001": _QUOTA,
    "604002": _QUOTA,
    "604003": _QUOTA,
}
_CATEGORIES: Final = {
    "1": message("project.advice.code"),
    "2": message("project.advice.input"),
    "3": message("project.advice.external"),
    "4": message("project.advice.files"),
    "5": message("project.advice.integration"),
    "6": message("project.advice.workflow"),
    "7": message("project.advice.log"),
    "8": message("project.advice.configuration"),
}
_NEXT_STEPS_BY_STATUS: Final = {
    401: _SIGN_IN,
    403: _SIGN_IN,
    404: message("project.advice.address"),
    422: message("project.advice.variant"),
    429: _BUSY,
}


def advice_for(code: str) -> LocalizedText:
    """Return what a user does about a project's error code."""
    if code in _NEXT_STEPS:
        return _NEXT_STEPS[code]
    is_known = len(code) == 6 and code.isascii() and code.isdecimal()
    default = message("project.advice.log_id")
    return _CATEGORIES.get(code[0], default) if is_known else default


def advice_for_status(http_status: int) -> LocalizedText:
    """Return what a user does about the HTTP status of a refused call."""
    return _NEXT_STEPS_BY_STATUS.get(http_status, message("project.advice.other"))
