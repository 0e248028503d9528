"""`import`: writes scenarios from the tests of another tool."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import click

from coze_harness.cli.command_help import SCENARIO, argument, command, option
from coze_harness.cli.command_output import current_output, echo
from coze_harness.cli.project_access import opened_project
from coze_harness.commands.import_tests import import_tests
from coze_harness.messages import Catalogue, message
from coze_harness.reporting.views.safe_text import single_line

_PLACES: Final = 3
_LINE: Final = 600


@command(
    "import",
    description=(message("help.import"), message("help.import_findings")),
    example="coze-harness import promptfooconfig.yaml --name shop",
)
@argument("file", message("option.import_file"), type=click.Path(path_type=Path))
@option("--name", default="", metavar="NAME", section=SCENARIO, text=message("option.import_name"))
@option("--force", is_flag=True, section=SCENARIO, text=message("option.import_force"))
def import_file(file: Path, name: str, force: bool) -> int:
    """Write scenarios from FILE, and list what could not be imported."""
    with opened_project() as project:
        outcome = import_tests(project, file, name=name, force=force)
        file_names = {path: project.folders.display_path(path) for path in outcome.files}
    words = current_output().words
    imported = outcome.imported
    lost = [one for one in imported.findings if not one.is_approximate]
    approximate = [one for one in imported.findings if one.is_approximate]
    for heading, findings in (
        (message("import.not_imported", n=len(lost)), lost),
        (message("import.approximately", n=len(approximate)), approximate),
    ):
        if findings:
            echo(heading)
            sentences = [(words.text(one.what), str(one.where)) for one in findings]
            for line in _lines(sentences, words):
                click.echo(f"  {single_line(line, _LINE)}")
    for path, text in file_names.items():
        is_replaced = outcome.files[path]
        echo(message("import.replaced" if is_replaced else "import.written", file=text))
    echo(
        message(
            "import.counts",
            scenarios=message("check.scenarios", n=len(imported.scenarios)),
            trials=message("check.trials", n=imported.trials),
            imported=imported.imported,
            n=imported.assertions,
        )
    )
    echo(message("import.next", file=next(iter(file_names.values()))), err=True)
    return 0


def _lines(sentences: Sequence[tuple[str, str]], words: Catalogue) -> Iterator[str]:
    """Yield a line for each sentence, with the places that it is about."""
    places = defaultdict[str, list[str]](list)
    for sentence, place in sentences:
        places[sentence].append(place)
    for sentence, where in places.items():
        for place in where[:_PLACES]:
            yield f"{place}: {sentence}"
        if len(where) > _PLACES:
            more = message("import.more_places", n=len(where) - _PLACES)
            yield f"{where[_PLACES]}: {words.text(more)}"
