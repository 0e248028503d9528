"""Examples in the documentation are valid, outputs are real, tables are complete, links work."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path

import doc_pages
import pytest
import yaml
from coze_harness.auth.credentials import TOKEN_NAMES
from coze_harness.cassettes import (
    CandidateInfo,
    JudgeInfo,
    Recording,
    RecordingInfo,
    Redactor,
)
from coze_harness.cassettes import (
    canonical_format as canonical,
)
from coze_harness.cassettes.interaction import Interaction
from coze_harness.cassettes.recording import dump_info
from coze_harness.config import load_settings
from coze_harness.config.config_file import ConfigSpec
from coze_harness.config.settings import (
    BASE_URL,
    USER_ID,
    LimitSettings,
    PollSettings,
    ReportSettings,
)
from coze_harness.execution.live_runner import DEFAULT_WORKERS
from coze_harness.expectations import KINDS
from coze_harness.model import BotSnapshot
from coze_harness.model.trial import Expectation, Trial
from coze_harness.scenarios import (
    GENERATED_NAMES,
    ProjectPaths,
    expand_trials,
    find_files,
    load_scenarios,
)
from coze_harness.scenarios.scenario_keys import ScenarioSpec
from coze_harness.scenarios.turn_spec import TurnSpec
from coze_harness.yaml_source.record_schema import record_schema
from doc_pages import PAGES, ROOT, Block
from kind_tables import (
    PAGE_OF_MISTAKES,
    PAGE_OF_TARGETS,
    PAGE_WITH_SECRETS,
    PAGES_WITH_KINDS,
    mistake_rows,
    with_capability_table,
    with_kind_table,
    with_mistake_table,
    with_secret_table,
)
from project import ProjectFolder

WITH_EXAMPLES = ("README.md", "docs/scenarios.md")
USUAL_SETTINGS = (
    'bots: {chatchat: "7403315657221079041"}\ndefault_bot: chatchat\njudge: {bot: chatchat}\n'
)
WITHOUT_IMPORT = {"pytest"}
"""Dependencies that users need and no room imports."""


def all_trials(root: Path, files: Mapping[str, str]) -> list[Trial]:
    """Load a project as commands do; raises its errors."""
    for name, text in {"harness.yaml": USUAL_SETTINGS, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    settings = load_settings(root, {})
    project = ProjectPaths(settings.root, settings.scenarios, settings.user_id)
    scenarios = load_scenarios(find_files((), project, root).files, project)
    bots, default = settings.bots, settings.default_bot
    return expand_trials(scenarios, bots, default, judge_bot=settings.judge_bot)


def sample(trial: Trial) -> dict[str, str]:
    return dict.fromkeys(trial.script.generated_names, "7")


def expectations(trial: Trial) -> list[Expectation]:
    return [one for turn in trial.script.turns(sample(trial)) for one in turn.expectations]


def as_scenario(block: Block) -> str:
    """Return the scenario that an unnamed example is, or is the `expect:` list of."""
    data = yaml.safe_load(block.text)
    if isinstance(data, list):
        margin = block.text.replace("\n", "\n      ").rstrip()
        return f"turns:\n  - prompt: 你好\n    expect:\n      {margin}\n"
    assert {"turns", "scenarios"} & data.keys(), f"{block} is neither a scenario nor a list"
    return block.text


@pytest.mark.parametrize("page", WITH_EXAMPLES)
def test_the_files_that_a_page_shows_are_a_valid_project(page: str, tmp_path: Path) -> None:
    page_blocks = [block for block in doc_pages.blocks(page, "yaml", "csv", "jsonl") if block.name]
    files = {block.name: block.text for block in page_blocks}
    assert len(files) == len(page_blocks), "two examples have the same file name"
    trials = all_trials(tmp_path, files)
    scenarios = {name for name in files if name.startswith("scenarios/") and "/cases/" not in name}
    assert {trial.key.file for trial in trials} == scenarios != set()
    assert all(trial.script.turns(sample(trial)) for trial in trials)


@pytest.mark.parametrize(
    "block",
    [b for page in WITH_EXAMPLES for b in doc_pages.blocks(page, "yaml") if not b.name],
    ids=str,
)
def test_an_example_without_a_name_loads(block: Block, tmp_path: Path) -> None:
    trials = all_trials(tmp_path, {"scenarios/example.yaml": as_scenario(block)})
    items = yaml.safe_load(block.text)
    assert [len(expectations(trial)) for trial in trials] == [len(items)]


def test_the_cassette_that_is_shown_is_in_the_canonical_format() -> None:
    (block,) = doc_pages.blocks("docs/cassettes.md", "yaml")
    recording = canonical.read_canonical(block.text.encode())
    assert recording is not None, "its checksum is wrong"
    assert recording.origin is not None
    assert canonical.write_canonical(recording, recording.origin) == block.text.encode()
    assert not Redactor().find_secret(block.text)


# --- tables --------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES_WITH_KINDS)
def test_the_table_of_kinds_is_that_of_the_registry(page: str) -> None:
    assert with_kind_table(page) == doc_pages.source(page), "run `make docs`"


def test_the_table_of_targets_is_that_of_their_capabilities() -> None:
    assert with_capability_table() == doc_pages.source(PAGE_OF_TARGETS), "run `make docs`"


def test_every_example_in_the_table_of_kinds_loads(tmp_path: Path) -> None:
    items = "".join(f"      - {one.example}\n" for one in KINDS.values())
    scenario = f"turns:\n  - prompt: 你好\n    expect:\n{items}"
    (trial,) = all_trials(tmp_path, {"scenarios/example.yaml": scenario})
    assert [one.kind for one in expectations(trial)] == list(KINDS)


@pytest.mark.parametrize(
    ("section", "record"),
    [("Keys of a scenario", ScenarioSpec), ("Keys of a turn", TurnSpec)],
)
def test_every_key_is_listed_with_its_default(
    section: str, record: type[ScenarioSpec] | type[TurnSpec]
) -> None:
    table = doc_pages.rows("docs/scenarios.md", "key", section)
    keys = record_schema(record)["properties"]
    assert sorted(cells[0] for cells in table) == sorted(f"`{name}`" for name in keys)
    for key, _, default_text, _ in table:
        default = keys[key.strip("`")].get("default")
        if default_text in ("`true`", "`false`", "`1`", "`1.0`"):
            assert json.loads(default_text.strip("`")) == default, key
        else:
            assert default is None, key


def test_the_table_of_secrets_is_that_of_the_rules() -> None:
    page = PAGE_WITH_SECRETS
    assert with_secret_table(page) == doc_pages.source(page), "run `make docs`"


def test_the_page_of_mistakes_shows_what_is_printed_for_forty_of_them() -> None:
    assert with_mistake_table() == doc_pages.source(PAGE_OF_MISTAKES), "run `make docs`"
    assert len(list(mistake_rows())) >= 40


def test_every_setting_is_listed_with_its_default() -> None:
    table = doc_pages.rows("docs/scenarios.md", "key", "harness.yaml")
    defaults = {cells[0].strip("`"): cells[2].strip("`") for cells in table}
    fields = set(record_schema(ConfigSpec)["properties"]) - {
        "poll",
        "limits",
        "judge",
        "report",
        "compare",
    }
    inner = {"poll.interval", "poll.timeout", "judge.bot", "report.lang", "report.layout"}
    inner |= {"limits.call", "limits.trial", "limits.response"}
    inner |= {"redact.patterns", "redact.presets", "compare.budget", "compare.max_increase"}
    assert set(defaults) == fields | inner
    right = {
        "base_url": BASE_URL,
        "user_id": USER_ID,
        "poll.interval": str(PollSettings().interval),
        "poll.timeout": str(PollSettings().timeout),
        "limits.call": str(LimitSettings().call),
        "limits.trial": str(LimitSettings().trial),
        "limits.response": LimitSettings().response,
        "workers": str(DEFAULT_WORKERS),
        "strict": str(ConfigSpec().strict).lower(),
        "report.layout": ReportSettings().layout,
    }
    right |= {folder: folder for folder in ("scenarios", "cassettes", "reports")}
    assert defaults == {**dict.fromkeys(defaults, "none"), **right}


def test_every_token_variable_and_every_generated_value_is_listed() -> None:
    variables = doc_pages.rows("docs/scenarios.md", "variable", "The environment")
    names = [name for cells in variables for name in doc_pages.names(cells[0])]
    assert names[: len(TOKEN_NAMES)] == list(TOKEN_NAMES)
    generated = doc_pages.rows("docs/scenarios.md", "name", "Generated values")
    names = [name for cells in generated for name in doc_pages.names(cells[0])]
    assert sorted(names) == sorted(GENERATED_NAMES)


def _interaction(method: str, **values: object) -> Interaction:
    item = {
        "host": "https://gate.example/way", "target": "/v1", "request_body": b"", "status": 200,
        "headers": {}, "response_body": b"", "method": method, **values,
    }  # fmt: skip
    return Interaction(**item)  # type: ignore[arg-type]  # some of the fields


def test_every_key_under_x_coze_is_listed() -> None:
    items = (
        _interaction("POST", frame_times=(1,), repeat_count=2),
        _interaction("GET", response_body=b"1"),
        _interaction("GET", response_body=b"2", repeat_count=3),
    )
    bot = BotSnapshot(version="1", model="m", prompt="p", details={"name": "n"}, warning="w")
    origin = RecordingInfo(
        scenario="a", trial="a", fingerprint="f", recorded_at="r", harness="h", bot=bot,
        overridden_options={"bot_version": "1"},
        candidate=CandidateInfo(case="", trial=1, bot="b", bot_id="1"),
        judge=JudgeInfo(bot="b", bot_id="1", questions={"k": 1}),
    )  # fmt: skip
    block = dump_info(Recording(interactions=items), origin)
    table = doc_pages.rows("docs/cassettes.md", "key", "`x-coze`")
    assert sorted(name for cells in table for name in doc_pages.names(cells[0])[:2]) == sorted(
        block
    )
    snapshot = block["bot"]
    assert isinstance(snapshot, dict)
    keys = next(cells[1] for cells in table if cells[0] == "`bot`")
    assert sorted(doc_pages.names(keys)) == sorted(snapshot)


# --- links and outputs ---------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_relative_links_lead_to_a_file_or_a_heading(page: str) -> None:
    for link in doc_pages.links(page):
        path, _, anchor = link.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        assert target.exists(), f"{page}: {link}"
        assert target.resolve().is_relative_to(ROOT), f"{page}: {link}"
        if anchor:
            headings = doc_pages.anchors(target.resolve().relative_to(ROOT).as_posix())
            assert anchor in headings, f"{page}: {link}"


def test_the_failure_in_the_readme_is_what_the_program_prints(tmp_path: Path) -> None:
    project = ProjectFolder(tmp_path / "p", home=tmp_path / "home")
    for name in ("harness.yaml", "scenarios/weekday.yaml", "cassettes/weekday.yaml"):
        (project.root / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, project.root / name)
    project.edit("scenarios/weekday.yaml", "known_failure:", "#")
    result = project.run("run", "-q")
    assert result.code == 1
    assert result.out.splitlines()[0] in [
        b.text.rstrip() for b in doc_pages.blocks("README.md", "")
    ]


def test_the_errors_in_the_page_on_scenarios_are_what_the_program_prints(tmp_path: Path) -> None:
    (block,) = doc_pages.blocks("docs/scenarios.md", "")
    project = ProjectFolder(tmp_path / "p", home=tmp_path / "home")
    project.write("harness.yaml", USUAL_SETTINGS)
    project.write(
        "scenarios/hours.yaml",
        "name: hours\nturns:\n  - prompt: 营业时间?\n    expect:\n      - contians: 九点\n"
        "      - contains: 12:30\n      - 九点\n      - icontains: 九点\n",
    )
    result = project.run("check")
    assert result.code == 2
    page_lines = [line.removesuffix("…") for line in block.text.splitlines()]
    error_lines = result.err.splitlines()
    assert len(page_lines) == len(error_lines)
    assert [
        real
        for real, begin in zip(error_lines, page_lines, strict=True)
        if not real.startswith(begin)
    ] == []


def test_architecture_lists_every_room_and_every_library() -> None:
    rooms, *_ = doc_pages.blocks("ARCHITECTURE.md", "")
    lines = [line.split() for line in rooms.text.splitlines() if "─" not in line]
    package = ROOT / "harness/coze_harness"
    # A folder that only has bytecode was a room in an earlier commit.
    rooms_of_package = {path.parent.name for path in package.glob("*/*.py")} | {"__main__"}
    assert {words[0] for words in lines if words} == rooms_of_package
    libraries = doc_pages.source("ARCHITECTURE.md").partition("# Libraries")[2].casefold()
    project = tomllib.loads(doc_pages.source("pyproject.toml"))["project"]
    needed = [*project["dependencies"], *project["optional-dependencies"]["serve"]]
    names = {re.split(r"[<>=\[ ]", line)[0] for line in needed} - WITHOUT_IMPORT
    assert [name for name in names if name not in libraries] == []
