"""The words that a page carries for its script, in both languages: those that it can come to say.

Most sentences about a run as a whole stand on few pages; they go with the pages where they stand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from coze_harness.reporting.message_catalogue import LANGUAGES, load_catalogue

# The groups whose words trials bring with them, or whose keys the script puts together.
ALWAYS: Final = frozenset(
    (
        "answer",
        "change",
        "diff",
        "fact",
        "message",
        "packed",
        "sort",
        "status",
        "tab",
        "theme",
        "trial",
        "who",
    )
)
_MARKED = re.compile(r'data-w(?:-[a-z]+)?="([^"]+)"')
_NAMED = re.compile(r'"([a-z]+\.[a-z0-9_.-]+)"')


def words_of(*sources: str) -> tuple[Mapping[str, Sequence[str]], Sequence[str], Sequence[str]]:
    """Return the keys, group by group, and what they say, one after the other, in each language.

    Args:
        sources: the page, the templates and the script that name words.
    """
    named = {
        key for source in sources for find in (_MARKED, _NAMED) for key in find.findall(source)
    }
    english, chinese = (load_catalogue()[language] for language in LANGUAGES)
    groups: dict[str, list[str]] = {}
    for key in english:
        group, _, name = key.partition(".")
        if key in named or group in ALWAYS:
            groups.setdefault(group, []).append(name)
    keys = [f"{group}.{name}" for group, names in groups.items() for name in names]
    return groups, [english[key] for key in keys], [chinese[key] for key in keys]
