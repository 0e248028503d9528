"""The pages about targets: their projects are recorded from the demo server and replayed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import doc_pages
import pytest
from coze_harness.model import CAPABILITIES
from coze_harness.server.script_reader import demo_script
from coze_harness.server.server_process import RunningServer, serve
from doc_pages import PAGES
from project import ProjectFolder

TARGETS = [page for page in PAGES if page.startswith("docs/targets/") and "README" not in page]
TOKENS = {
    "COZE_API_TOKEN": "pat_Demo1x2y3z4w",
    "COZE_PROJECT_TOKEN": "a.demo-token.1x2y3z",
    "COZE_STUDIO_TOKEN": "pat_Studio1x2y3z",
}


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with serve(demo_script()) as running:
        yield running


@pytest.mark.parametrize("page", TARGETS)
def test_the_project_of_a_page_is_recorded_and_replayed(
    page: str, server: RunningServer, tmp_path: Path
) -> None:
    project = ProjectFolder(tmp_path / "project", home=tmp_path / "home")
    for block in doc_pages.blocks(page, "yaml"):
        text = block.text
        for placeholder, real in (
            ("https://abc123.coze.site", server.base_url),
            ("https://abc124.coze.site", f"{server.base_url}/orders"),
            ("http://127.0.0.1:8888", f"{server.base_url}/studio"),
        ):
            text = text.replace(placeholder, real)
        project.write(block.name, text)
    settings = project.read("harness.yaml")
    project.write("harness.yaml", f"{settings}poll: {{interval: 0.05}}\n")
    project.env |= {"COZE_API_BASE": server.base_url, **TOKENS}
    recorded = project.run("record")
    assert recorded.code == 0, recorded
    replayed = project.run("run", drop=[*TOKENS, "COZE_API_BASE"])
    assert replayed.code == 0, replayed
    assert project.run("check").code == 0


def test_every_key_of_an_entry_is_on_its_page() -> None:
    pages = "".join(map(doc_pages.source, TARGETS))
    for declared in CAPABILITIES.values():
        for key in (*declared.required, *declared.optional):
            assert f"{key}:" in pages or f"`{key}`" in pages, key
