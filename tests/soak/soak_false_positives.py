"""Runs the rules for secrets over a machine's code and documentation, and prints what they find.

    python tests/soak/soak_false_positives.py [FOLDER…]

Sample credentials of documentation and tests are found as well: exits with 1 if there are more
matches than one in 10 MB. It takes about 6 s for 100 MB.
"""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from coze_harness.text.secret_rules import find_shapes, lower_case

FOLDERS = ("/usr/lib/python3", "/usr/lib/python3.11", "/usr/share/doc", sys.prefix, "node_modules")
TEXT = re.compile(
    r"\.(?:pyi?|md|rst|txt|html|[mc]?js|ts|json|ya?ml|toml|cfg|ini|css|map|[ch]|sh|pl)|"
)
LARGEST = 5_000_000
MOST_IN = 10_000_000
"""Bytes of text in which one match is accepted."""
# What documentation uses in place of secrets; among them the samples of RFC 5849, 6749, 7617.
EXAMPLES = (
    "example", "alrxutnfemi", "changeme", "xxxx", "abcdef", "1234567", "deadbeef",
    "czzcagrsa3f0", "2yotnfzfej", "tgzv3jokf", "a3ddj3w", "qwxhzgrpbj", "zm9vom",
    "kkk9d7dh3k39sjv7", "hh5s93j4hdidpola", "nnch734d00sl2jdk",
)  # fmt: skip


def texts(folders: list[Path]) -> Iterator[tuple[Path, str]]:
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if TEXT.fullmatch(path.suffix) and path.is_file() and path.stat().st_size < LARGEST:
                try:
                    yield path, path.read_text("utf-8")
                except (UnicodeDecodeError, OSError):
                    continue


def main(names: list[str]) -> int:
    folders = [Path(name) for name in names or FOLDERS]
    counts: Counter[str] = Counter()
    examples: Counter[str] = Counter()
    size = 0
    started = time.process_time()
    for path, text in texts(folders):
        size += len(text.encode())
        for rule, start, end in find_shapes(text, lower_case(text)):
            secret = text[start:end]
            if any(word in secret.lower() for word in EXAMPLES):
                examples[rule.name] += 1
                continue
            counts[rule.name] += 1
            context = " ".join(text[max(start - 60, 0) : min(end + 10, start + 120)].split())
            line = text.count("\n", 0, start) + 1
            sys.stdout.write(f"{rule.name}: {path}:{line}: …{context}\n")
    seconds = time.process_time() - started
    sys.stdout.write(
        f"{size / 1e6:.0f} MB in {seconds:.0f} s; found {sum(counts.values())} {dict(counts)};\n"
        f"examples of documentation: {sum(examples.values())} {dict(examples)}\n"
    )
    return 1 if sum(counts.values()) > size / MOST_IN else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
