"""The watch over pages sees what it is there to see; without this, all others prove nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from browser.page_watch import Watch, address

POLICY = (
    "<meta http-equiv=Content-Security-Policy content=\"default-src 'none';"
    " script-src 'unsafe-inline'; require-trusted-types-for 'script'; trusted-types 'none'\">"
)
DONE = "<script>document.documentElement.dataset.ready = '1'</script>"


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("<img src=x onerror='window.__xss=1'>", "EXECUTED 1"),
        ("<iframe srcdoc='<script>window.__xss=7</script>'></iframe>", "EXECUTED 7"),
        ("<script>alert(1)</script>", "dialog: 1"),
        ("<script>setTimeout(() => { throw new Error('kaputt') })</script>", "threw: kaputt"),
        ("<script>console.error('seen')</script>", "seen"),
        ("<img src='http://127.0.0.1:9/pixel.png'>", "requested http://127.0.0.1:9/pixel.png"),
        ("<meta http-equiv=refresh content='0;url=other.html'>", "other.html"),
        ("<script>location = 'about:blank'</script>", "went to about:blank"),
        (f"{POLICY}<body><img src='http://127.0.0.1:9/p.png'>", "Content Security Policy"),
        (f"{POLICY}<body><script>document.body.innerHTML = '<b>'</script>", "TrustedHTML"),
        (f"{POLICY}<body><p style='color:red'>x", "Content Security Policy"),
    ],
)
def test_what_a_report_may_not_do_is_noticed(
    browser: Browser, tmp_path: Path, body: str, word: str
) -> None:
    path = tmp_path / "page.html"
    path.write_text(f"<!doctype html><meta charset=utf-8>{body}{DONE}", encoding="utf-8")
    with Watch(browser, address(path)) as watch:
        watch.go(ready=False)
        for _ in range(100):
            if word in "\n".join(watch.faults):
                break
            watch.page.wait_for_timeout(20)
    assert word in "\n".join(watch.faults)


def test_a_page_that_does_nothing_of_the_kind_has_no_faults(
    browser: Browser, tmp_path: Path
) -> None:
    path = tmp_path / "页 面.html"
    path.write_text(f"<!doctype html><meta charset=utf-8><p id=s>中{DONE}", encoding="utf-8")
    with Watch(browser, address(path)) as watch:
        assert watch.go("s").inner_text("p") == "中"
        watch.move("t")
    assert watch.faults == []
    assert len(watch.requested) == 1
