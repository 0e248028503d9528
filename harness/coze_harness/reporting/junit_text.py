"""What trials have said, as CI servers take it from junit.xml."""

from __future__ import annotations

from typing import Final

SAID: Final = 1_000
"""Characters that Jenkins keeps of what a passed test has said."""


def unattached(text: str) -> str:
    """Return text of which GitLab takes nothing for the path of an attachment."""
    return text.replace("[[ATTACHMENT|", "[[ATTACHMENT¦") if "[[A" in text else text
