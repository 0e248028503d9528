"""`make fuzz`: one target with atheris, guided by coverage. Needs the environment of `make fuzz`.

python tests/fuzz/run_atheris.py TARGET [options of libFuzzer]
"""

from __future__ import annotations

import sys
import tempfile

import atheris  # type: ignore[import-untyped]  # only in the environment of `make fuzz`

with atheris.instrument_imports(include=["coze_harness"]):
    from fuzz_targets import CORPUS, TARGETS


def main() -> None:
    """Run a target until an option ends it, or an input is found that breaks it."""
    name, *options = sys.argv[1:]
    # New inputs are written to the first folder; the corpus of the repository is the second.
    folders = [tempfile.mkdtemp(prefix=f"fuzz-{name}-"), str(CORPUS / name)]
    atheris.Setup([sys.argv[0], *options, *folders], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
