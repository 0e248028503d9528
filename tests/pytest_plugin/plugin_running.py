"""How tests start pytest."""

from __future__ import annotations

from collections.abc import Callable

from project import Done

Testing = Callable[..., Done]
