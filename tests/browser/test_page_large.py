"""Ten thousand trials, with bounds that only a mistake breaks; the benchmark has the figures."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from time import perf_counter

import pytest
from builders import failed_verdict, key, reply, run, trial, turn
from coze_harness.model import TrialResult, TrialStatus, replace

from benchmarks.conversations import random_chinese, random_english
from benchmarks.report_page import empty_page, without_messages
from browser.conftest import Visit
from browser.page_files import write_page

COUNT = 10_000


def many() -> Sequence[TrialResult]:
    return list(_many())


def _many() -> Iterator[TrialResult]:
    rng = Random(1)
    for number in range(COUNT):
        fails = number % 100 == 0
        verdicts = [failed_verdict()] if fails else []
        turns = [
            turn(
                random_chinese(rng, 12),
                reply(random_chinese(rng, 48) + random_english(rng, 10)),
                verdicts,
            )
            for _ in range(2)
        ]
        trial_key = key(f"场景-{number:05}", tags=[f"t{number % 7}"])
        status = TrialStatus.FAILED if fails else TrialStatus.PASSED
        yield replace(trial(status, trial_key=trial_key, turns=turns), seconds=number % 60)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    results = many()
    start = perf_counter()
    path = write_page(tmp_path_factory.mktemp("large") / "index.html", results, run(results))
    return path, perf_counter() - start


def test_ten_thousand_trials_are_read_filtered_and_opened_in_no_time(
    large: tuple[Path, float], visit: Visit
) -> None:
    path, seconds = large
    assert seconds < 30
    assert path.stat().st_size < 15_000_000
    watch = visit(path)
    start = perf_counter()
    page = watch.go("v=trials")
    assert perf_counter() - start < 10
    assert page.locator("#list li").count() == COUNT
    milliseconds: dict[str, float] = page.evaluate(
        """async () => {
          const field = document.querySelector('#filter input');
          const taken = {};
          for (const query of ['场景-05', 'st:failed', '']) {
            const begun = performance.now();
            field.value = query;
            field.dispatchEvent(new Event('input', { bubbles: true }));
            await new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(0), 0)));
            taken[query] = performance.now() - begun;
          }
          return taken;
        }"""
    )
    assert max(milliseconds.values()) < 2000, milliseconds
    start = perf_counter()
    watch.move("s=%E5%9C%BA%E6%99%AF-07777")
    page.wait_for_selector("#trial article")
    assert perf_counter() - start < 3
    assert page.locator("#trial h2").inner_text() == "场景-07777"
    element_count = page.evaluate("document.querySelectorAll('#trial *').length")
    assert element_count < 1000


def test_a_page_of_nothing_is_small() -> None:
    page = empty_page()
    shell = without_messages(page)
    assert 10_000 < len(shell) < len(page) - 5_000
    assert len(shell) <= 82_000
    assert len(gzip.compress(shell, 9)) <= 25_000
    assert len(page) <= 105_000
    assert len(gzip.compress(page, 9)) <= 32_000
