"""What the page allows itself, and what is left of it where others allow it less."""

from __future__ import annotations

import re
import threading
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random

import pytest
from builders import run
from coze_harness.reporting.report_formats import FORMATS, PageOptions, ReportSet
from coze_harness.results import encode_trial
from project import ProjectFolder
from report_samples import everything, full_run

from browser.conftest import Visit
from browser.page_files import hostile_results, hostile_run, write_page

JENKINS = "sandbox; default-src 'none'; img-src 'self'; style-src 'self'"


class Outline(HTMLParser):
    """The first tags of a page, and the text of its styles and scripts."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[dict[str, str | None], str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        tag, attributes = self.tags[-1] if self.tags else ("", {})
        if tag in ("script", "style") and data.strip():
            self.texts.append(({"tag": tag, **attributes}, data))


def digest(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()


@pytest.mark.parametrize("which", ["page", "samples", "hostile"])
def test_the_policy_comes_first_and_names_the_very_bytes(
    which: str, request: pytest.FixtureRequest
) -> None:
    data: bytes = request.getfixturevalue(which).read_bytes()
    assert not data.startswith(b"\xef\xbb\xbf")
    outline = Outline(data.decode())
    tags = [tag for tag, _ in outline.tags]
    assert tags[:4] == ["html", "head", "meta", "meta"]
    assert outline.tags[2][1] == {"charset": "utf-8"}
    policy = outline.tags[3][1]
    assert policy["http-equiv"] == "Content-Security-Policy"
    content = str(policy["content"])
    styles = [text for at, text in outline.texts if at["tag"] == "style"]
    scripts = [text for at, text in outline.texts if at["tag"] == "script" and "type" not in at]
    (style,) = styles
    allowed = " ".join(f"'sha256-{digest(one)}'" for one in scripts)
    assert content == (
        f"default-src 'none'; script-src {allowed};"
        f" style-src 'sha256-{digest(style)}'; img-src data:; connect-src 'self';"
        " base-uri 'none'; form-action 'none';"
        " require-trusted-types-for 'script'; trusted-types 'none'"
    )
    kinds = {at["type"] for at, _ in outline.texts if "type" in at}
    assert kinds <= {"application/json", "application/octet-stream"}
    attributes = {name for _, at in outline.tags for name in at}
    assert not {name for name in attributes if name == "style" or name.startswith("on")}


def test_the_same_results_give_the_same_bytes_in_whatever_order_they_come(tmp_path: Path) -> None:
    results = [*everything(), *hostile_results()]
    of = run(results)
    pages = set()
    for seed in range(3):
        Random(seed).shuffle(results)
        with ReportSet({"html": FORMATS["html"]}) as reports:
            reports.add_all((result, encode_trial(result)) for result in results)
            path = tmp_path / f"{seed}.html"
            with path.open("wb") as out:
                reports.write(of, {"html": out})
        pages.add(path.read_bytes())
    assert len(pages) == 1


def test_a_page_rendered_again_is_the_same_page(
    reported_project: ProjectFolder, page: Path
) -> None:
    before = page.read_bytes()
    done = reported_project.run("report", "latest", "-o", "again")
    assert done.code == 0, done
    assert reported_project.path("again/index.html").read_bytes() == before


def test_no_secret_and_no_path_of_this_machine_is_in_the_page(
    reported_project: ProjectFolder, page: Path
) -> None:
    assert str(reported_project.root).encode() not in page.read_bytes()


class _Jenkins(SimpleHTTPRequestHandler):
    """Serves a folder as Jenkins serves what builds leave behind."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", JENKINS)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its own name)
        pass


@pytest.fixture
def jenkins(tmp_path: Path) -> Iterator[str]:
    def handler(*args: object) -> _Jenkins:
        return _Jenkins(*args, directory=str(tmp_path))  # type: ignore[arg-type]  # passed on

    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("layout", ["single", "folder"])
def test_behind_jenkins_policy_the_report_can_be_read(
    layout: str, tmp_path: Path, jenkins: str, visit: Visit
) -> None:
    results = [*everything(), *hostile_results()]
    options = PageOptions(layout=layout)
    write_page(tmp_path / "index.html", results, hostile_run(results), options)
    at = f"{jenkins}/index.html"
    names = ("report.css", "report.js", "playground.js", "favicon.ico")
    assets = frozenset(f"{jenkins}/{name}" for name in names)
    page = visit(at, also=assets, script=False, quiet=False).go()
    whole = page.locator("body").inner_text()
    assert "could not be judged" in whole
    assert "九点" in whole
    assert page.locator("#list a.row").count() == len(results)
    wide = page.locator("#list a.row").first.evaluate("row => getComputedStyle(row).display")
    assert (wide == "inline") is (layout == "single")


def test_a_folder_layout_works_from_the_disk_like_a_single_file(
    tmp_path: Path, visit: Visit
) -> None:
    path = write_page(
        tmp_path / "index.html", everything(), full_run(), PageOptions(layout="folder")
    )
    text = path.read_text("utf-8")
    assert "<style" not in text
    assert not re.search(r"<script(?! (type|src)=)", text)
    names = ("report.css", "report.js", "playground.js")
    uris = frozenset((tmp_path / name).as_uri() for name in names)
    watch = visit(path, also=uris)
    page = watch.go("s=hours%5B%E5%8C%97%E4%BA%AC%5D")
    assert page.locator("#trial h2").inner_text() == "hours[北京]"
    assert {uri for uri in watch.requested if uri in uris} == uris
