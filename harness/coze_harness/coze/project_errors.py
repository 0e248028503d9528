"""Error codes of projects on coze.site: six digits, of which the first is the category.

They are those of ByteDance's package coze-coding-utils, which the deployed service itself uses.
"""

from __future__ import annotations

from typing import Final

CANCELED_CODES: Final = frozenset({"1", "CANCELED", "701003", "703002"})
"""The codes of a reply or run that was cancelled."""

SIGN_IN: Final = (
    "check COZE_PROJECT_TOKEN: make a token on the deployment page of this very project."
)
BUSY: Final = "wait a minute and record again, with fewer --workers or a `rate_limit`."

_NEXT_STEPS: Final = {
    "1": "record again: the reply was cancelled.",
    "CANCELED": "record again: the run was cancelled.",
    "TIMEOUT": "make the project faster: the service gives up after 900 s.",
    "301002": BUSY,
    "301003": "shorten the prompt or start a new session: the model's token limit was reached.",
    "301005": "check the credentials of the model in the project.",
    "301006": "choose another model in the project: this one does not exist.",
    "301007": "the model's content filter refused the topic; change the prompt.",
    "301010": "check `project_id` in harness.yaml.",
    "305001": "record again: a service that the project calls did not answer in time.",
    "604001": "check the plan and balance of the Coze account.",
    "604002": "check the plan and balance of the Coze account.",
    "604003": "check the plan and balance of the Coze account.",
}
_CATEGORIES: Final = {
    "1": "correct the project's code: it raised an error.",
    "2": "correct the input: the project does not accept it.",
    "3": "record again; if it repeats, check the external service that the project calls.",
    "4": "check the files and storage that the project uses.",
    "5": "check the integration that the project uses, and its credentials.",
    "6": "check the project's workflow and data.",
    "7": "record again; if it repeats, check the project's log.",
    "8": "check the project's configuration: a key or variable is missing or wrong.",
}


def advice_for(code: str) -> str:
    """Return what a user does about a project's error code."""
    if code in _NEXT_STEPS:
        return _NEXT_STEPS[code]
    is_known = len(code) == 6 and code.isascii() and code.isdecimal()
    default = "look for the log id in the project's log."
    return _CATEGORIES.get(code[0], default) if is_known else default


def advice_for_status(http_status: int) -> str:
    """Return what a user does about the HTTP status of a refused call."""
    if http_status in (401, 403):
        return SIGN_IN
    if http_status == 429:
        return BUSY
    if http_status == 404:
        return "check the address under `project:` in harness.yaml: is the project deployed?"
    if http_status == 422:
        return "check `project_id`, and whether the address is that of an agent or of a workflow."
    return "look into the project's log; then record again."
