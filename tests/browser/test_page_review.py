"""A comparison is a place to decide: cards, decisions by key, a command, a file for `accept`."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from playwright.sync_api import Page
from project import ProjectFolder
from viewing import viewing

from browser.conftest import Visit
from browser.page_watch import READY, Watch


def page_of(project: ProjectFolder) -> Path:
    return project.path("reports/latest/index.html").resolve()


def counts(page: Page) -> dict[str, int]:
    return {
        str(one.get_attribute("data-count")): int(one.inner_text())
        for one in page.locator(".foot [data-count]").all()
    }


def card(page: Page, name: str) -> Any:
    return page.locator(f'[data-card="{name}"]')


def test_a_comparison_opens_on_its_cards_the_worst_first(
    comparison: ProjectFolder, visit: Visit
) -> None:
    page = visit(page_of(comparison)).go()
    assert page.evaluate("document.body.dataset.view") == "compare"
    assert page.locator("h1").inner_text() == "Do not publish yet: 3 scenarios got worse."
    cause = page.locator(".cause summary").inner_text()
    for fact in ("4 of 10 lines", "7 天", "15 天", "DeepSeek-V3"):
        assert fact in cause
    groups = [str(one.get_attribute("id")) for one in page.locator(".grp").all()]
    assert groups[0] == "g=regressed"
    assert groups.index("g=facts_changed") < groups.index("g=improved")
    fact = card(page, "refund-days").inner_text()
    for text in ("你们退货期限是几天?", "退货期限是 7 天", "Got worse, not by chance.", "0/6"):
        assert text in fact
    marked = card(page, "refund-days").locator(".diff del.marked").first
    assert marked.inner_text() == "7 天"
    assert not card(page, "greeting").locator(".body").is_visible()
    assert page.locator("[data-card=thanks]").is_hidden()


def test_a_change_of_the_prompt_is_named_only_where_it_occurs_again(
    comparison: ProjectFolder, visit: Visit
) -> None:
    page = visit(page_of(comparison)).go()
    links = {
        name: card(page, name).locator('a[href^="#p="]').all_text_contents()
        for name in ("refund-days", "ship-cities", "gift-box-price", "holiday-hours", "json-cart")
    }
    assert any("7 天 → 15 天" in text for text in links["refund-days"])
    assert not any("天" in text for text in links["ship-cities"])
    assert links["gift-box-price"] == links["holiday-hours"] == links["json-cart"] == []
    card(page, "refund-days").locator('a[href^="#p="]').last.click()
    line = page.locator(".pl.ins", has_text="超期可酌情处理")
    assert line.locator('a[href="#c=refund-days"]').is_visible()


@pytest.mark.parametrize(("locale", "word"), [("en-US", "number"), ("zh-CN", "数字")])
def test_a_changed_fact_has_a_name_in_both_languages(
    comparison: ProjectFolder, visit: Visit, locale: str, word: str
) -> None:
    watch = visit(page_of(comparison), locale=locale)
    page = watch.go("c=gift-box-price")
    page.keyboard.press("o")
    page.locator("[data-tab=diff]").click()
    kinds = page.locator(".sides th[data-w^='facts.']:visible").all_inner_texts()
    assert word in kinds
    assert not [kind for kind in kinds if kind.startswith("facts.")]


def test_keys_decide_and_the_footer_counts_and_has_the_command(
    comparison: ProjectFolder, visit: Visit
) -> None:
    watch = visit(page_of(comparison))
    page = watch.go()
    total = counts(page)["open"]
    for key in ("j", "a", "r"):
        page.keyboard.press(key)
    assert counts(page) == {"accept": 1, "reject": 1, "edit": 0, "open": total - 2}
    name = page.locator('[data-decision="accept"]').get_attribute("data-scenario")
    preview = page.locator(".foot .preview")
    assert preview.inner_text() == f"coze-harness accept {name} --failing"
    page.keyboard.press("u")
    page.keyboard.press("A")
    assert counts(page) == {"accept": 4, "reject": 0, "edit": 0, "open": total - 4}
    page.keyboard.press("u")
    watch.go("c=gift-box-price")
    assert counts(page) == {"accept": 3, "reject": 0, "edit": 0, "open": total - 3}
    assert page.evaluate("document.activeElement.dataset.card") == "gift-box-price"
    page.keyboard.press("i")
    assert card(page, "gift-box-price").locator(".stat").is_visible()
    page.keyboard.press("d")
    assert card(page, "gift-box-price").locator(".pair .after ins.marked").inner_text() == "286 元"


def test_accept_takes_the_file_of_decisions(
    comparison: ProjectFolder, visit: Visit, tmp_path: Path
) -> None:
    project = comparison.copy_to(tmp_path / "tea")
    page = visit(page_of(project)).go("c=gift-box-price")
    page.keyboard.press("a")
    card(page, "holiday-hours").get_by_text("Reject").click()
    card(page, "ship-cities").get_by_text("Edit expectation").click()
    card(page, "ship-cities").get_by_label("Note").fill("运费规则已变")
    with page.expect_download() as started:
        page.get_by_text("Download decisions").click()
    path = project.path("decisions.json")
    started.value.save_as(path)
    saved = json.loads(path.read_text("utf-8"))
    assert started.value.suggested_filename == f"decisions-{saved['run_id']}.json"
    assert {one["scenario"]: one["decision"] for one in saved["decisions"]} == {
        "gift-box-price": "accept", "holiday-hours": "reject", "ship-cities": "edit",
    }  # fmt: skip
    assert "--from" in page.locator("#note").inner_text()
    before = project.read("cassettes/gift-box-price.yaml")
    done = project.run("accept", "--from", "decisions.json")
    assert done.code == 0, done
    assert "286" in project.read("cassettes/gift-box-price.yaml") != before
    assert not project.path("cassettes/.candidate/holiday-hours.yaml").exists()


def test_two_runs_have_no_candidates_and_so_no_decisions(
    comparison: ProjectFolder, visit: Visit, tmp_path: Path
) -> None:
    project = comparison.copy_to(tmp_path / "tea")
    older, newer = project.runs()[:2]
    done = project.run("compare", older, newer)
    assert done.code in (0, 1), done
    page = visit(page_of(project)).go()
    assert page.locator("[data-card]").count()
    assert page.locator(".dec, .foot").count() == 0
    page.keyboard.press("j")
    page.keyboard.press("a")
    assert page.locator("[data-decision]").count() == 0


class _PageServer(BaseHTTPRequestHandler):
    """Serves a page with the header of `coze-harness view`, and its two endpoints."""

    page: ClassVar[bytes] = b""
    posts: ClassVar[list[tuple[str, Any]]] = []

    def do_GET(self) -> None:
        if self.path.startswith("/events"):
            progress = {"type": "progress", "done": 3, "total": 9}
            body, kind = f"data: {json.dumps(progress)}\n\n".encode(), "text/event-stream"
        else:
            body, kind = self.page, "text/html; charset=utf-8"
        self._answer(body, kind)

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.posts.append((f"{self.path} {self.headers['X-Token']}", sent))
        name = sent["decisions"][0]["scenario"]
        refused = {"message": "The candidate fails.", "next_step": "Use --failing."}
        answer = (
            {"accepted": [], "errors": [refused]}
            if name == "refund-days"
            else {"accepted": [name], "errors": []}
        )
        self._answer(json.dumps(answer).encode(), "application/json")

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def server_url(comparison: ProjectFolder) -> Iterator[str]:
    _PageServer.page = page_of(comparison).read_bytes()
    _PageServer.posts = []
    with ThreadingHTTPServer(("127.0.0.1", 0), _PageServer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def open_served_page(visit: Visit, server_url: str, token: str) -> Watch:
    names = ("decisions", "decisions?failing=1", f"events?token={token}", "favicon.ico")
    also = frozenset({f"{server_url}/{name}" for name in names})
    watch = visit(f"{server_url}/", also=also)
    watch.page.goto(f"{server_url}/#token={token}")
    watch.until(READY)
    return watch


def test_a_served_page_acts_on_disk_and_follows_the_run(server_url: str, visit: Visit) -> None:
    watch = open_served_page(visit, server_url, "s3cret")
    page = watch.page
    assert "3 of 9 trials finished" in page.locator(".banner").inner_text()
    card(page, "gift-box-price").locator("[data-do=accept]").click()
    watch.until("() => document.querySelector('[data-card=gift-box-price]').dataset.saved")
    request, sent = _PageServer.posts[0]
    assert request == "/decisions s3cret"
    assert sent["format_version"] == 1
    assert sent["decisions"] == [
        {"scenario": "gift-box-price", "bot": "xiaoqing", "decision": "accept"}
    ]
    page.keyboard.press("u")
    assert card(page, "gift-box-price").get_attribute("data-decision") == "accept"


def test_view_changes_recordings_and_shows_what_is_saved(
    comparison: ProjectFolder, visit: Visit, tmp_path: Path
) -> None:
    project = comparison.copy_to(tmp_path / "tea")
    before = project.read("cassettes/refund-days.yaml")
    with viewing(project) as address:
        events = f"{address.origin}/events?token={address.token}&run=latest"
        post_urls = (f"{address.origin}/decisions{query}" for query in ("", "?failing=1"))
        also = frozenset({events, f"{address.origin}/favicon.ico", *post_urls})
        page_url = f"{address.origin}{address.at('latest/')}"
        watch = visit(f"{page_url}?token={address.token}", also=also | {page_url})
        page = watch.go()
        for name, choice in (
            ("gift-box-price", "accept"), ("holiday-hours", "reject"), ("refund-days", "accept"),
        ):  # fmt: skip
            decided_card = card(page, name)
            decided_card.locator(f"[data-do={choice}]").click()
            decided_card.locator(f"[data-w='decide.saved.{choice}']").wait_for()
            assert not decided_card.get_by_text("Undo").is_visible()
        assert "286" in project.read("cassettes/gift-box-price.yaml")
        assert "15 天" in project.read("cassettes/refund-days.yaml")
        assert "15 天" not in before
        assert "正常营业" in project.read("cassettes/holiday-hours.yaml")
        assert not project.path("cassettes/.candidate/holiday-hours.yaml").exists()
        footer = page.locator(".foot")
        assert footer.locator(".preview").inner_text() == ""
        assert footer.locator("[data-do=command]:visible, [data-do=download]:visible").count() == 0
        card(page, "ship-cities").locator("[data-do=edit]").click()
        with page.expect_download() as started:
            footer.locator("[data-do=download]").click()
        saved = json.loads(started.value.path().read_text("utf-8"))
        assert [one["scenario"] for one in saved["decisions"]] == ["ship-cities"]
        page.keyboard.press("u")
        page.keyboard.press("u")
        assert counts(page)["accept"] == 2
        assert counts(page)["edit"] == 0
        page.reload()
        watch.until(READY)
        assert card(page, "refund-days").locator("[data-w='decide.saved.accept']").is_visible()


def test_a_served_page_shows_why_a_decision_was_not_saved(server_url: str, visit: Visit) -> None:
    page = open_served_page(visit, server_url, "s3cret").page
    refused_card = card(page, "refund-days")
    refused_card.get_by_text("Accept as failing").click()
    refused_card.locator(".live.error").wait_for()
    assert "The candidate fails. Use --failing." in refused_card.inner_text()
    assert _PageServer.posts[0][0] == "/decisions?failing=1 s3cret"
    assert refused_card.get_attribute("data-decision") is None
    assert counts(page)["accept"] == 0


def test_without_a_token_a_served_page_sends_no_request(server_url: str, visit: Visit) -> None:
    watch = visit(f"{server_url}/", own=True)
    page = watch.go()
    page.keyboard.press("j")
    page.keyboard.press("a")
    assert counts(page)["accept"] == 1
    assert watch.requested == [f"{server_url}/"]


def test_on_paper_there_are_no_buttons(comparison: ProjectFolder, visit: Visit) -> None:
    page = visit(page_of(comparison), own=True).go()
    page.emulate_media(media="print")
    assert page.locator("h1").is_visible()
    assert card(page, "refund-days").locator(".diff").first.is_visible()
    assert page.locator("button:visible, .foot:visible, .rail:visible").count() == 0
    assert page.locator("#list:visible, #first:visible").count() == 0, "content twice"


def test_without_a_script_the_cards_can_be_read(comparison: ProjectFolder, visit: Visit) -> None:
    page = visit(page_of(comparison), script=False).go()
    assert card(page, "refund-days").locator(".stat").is_visible()
    assert page.locator("button:visible").count() == 0
    assert page.locator('a[href="#c=refund-days"]').first.is_visible()
