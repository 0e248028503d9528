"""A project of a tea shop whose bot was worked on: regressions, changed facts, texts and costs."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from coze_harness.server.script_reader import load_script
from coze_harness.server.server_process import serve
from project import TOKEN, ProjectFolder

_SHOP: Final = Path(__file__).parent / "tea_shop"


def compared_project(folder: Path) -> ProjectFolder:
    """Record the published bot, and compare its draft; return the project."""
    project = ProjectFolder(folder / "tea", home=folder / "home")
    # Under other names there, or pytest would take the folder for a project of its own.
    project.write("harness.yaml", (_SHOP / "settings.yaml").read_text("utf-8"))
    project.write("scenarios/shop.yaml", (_SHOP / "shop.yaml").read_text("utf-8"))
    with serve(load_script(_SHOP / "bot.yaml")) as server:
        service_env = {"COZE_API_BASE": server.base_url, "COZE_API_TOKEN": TOKEN}
        recorded = project.run("record", env=service_env)
        assert recorded.code in (0, 1), recorded
        result = project.run("compare", "--draft", env=service_env)
    assert result.code == 1, result
    return project
