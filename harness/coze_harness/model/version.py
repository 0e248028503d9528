"""The version of coze-harness. Not read from the installed metadata: that takes 20 ms."""

from typing import Final

VERSION: Final = "0.1.0"
