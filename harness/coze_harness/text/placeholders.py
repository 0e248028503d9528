"""What stands in a recording where a secret or personal data was redacted."""

from __future__ import annotations

import re
from typing import Final

MARK: Final = "<redacted>"
PLACEHOLDER: Final = re.compile(r"<redacted(?::[0-9]{1,6})?>")
"""The mark, and the numbered marks of further secrets of one recording."""
