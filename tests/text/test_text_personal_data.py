"""Which sections of a text are personal data."""

from __future__ import annotations

import time

import pytest
from coze_harness.text.personal_data import find_personal_data

DATA = [
    ("13800138000", "phone", "13800138000"),
    ("+86 138-0013-8000", "phone", "13800138000"),
    ("010-62345678", "phone", "01062345678"),
    ("0755-26345678", "phone", "075526345678"),
    ("+1 415 555 2671", "phone", "14155552671"),
    ("(415) 555-2671", "phone", "4155552671"),
    ("415-555-2671", "phone", "4155552671"),
    ("11010519491231002x", "id_card", "11010519491231002X"),
    ("4539 1488 0343 6467", "bank_card", "4539148803436467"),
    ("Li.Wei+news@mail.shop.cn", "email", "li.wei+news@mail.shop.cn"),
    # not personal
    ("400-820-8820", None, ""),
    ("800-555-0199", None, ""),
    ("95588", None, ""),
    ("138****8000", None, ""),
    ("110105194912310021", None, ""),
    ("4539 1488 0343 6468", None, ""),
    ("name@example.com", None, ""),
    ("a@example", None, ""),
    ("2026-03-05 2026-03-06", None, ""),
    ("1732264212000", None, ""),
    ("ISBN 978-7-111-54493-7", None, ""),
    ("192.168.100.200", None, ""),
    ("+5", None, ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind", "value"), DATA)
def test_personal_data_is_found_with_its_place(text: str, kind: str | None, value: str) -> None:
    sections = find_personal_data(f"是 {text}。")
    assert [(one.kind, one.value) for one in sections] == ([(kind, value)] if kind else [])
    assert all(f"是 {text}。"[one.start : one.end] == text for one in sections)


def test_what_overlaps_is_found_once() -> None:
    sections = find_personal_data("11010519491231002X 13800138000")
    assert [one.kind for one in sections] == ["id_card", "phone"]


@pytest.mark.parametrize(
    "text", ["1", "+1 ", "0", "13800138000", "a.", "a@", "a@a.", "(", "4111 ", "-", "+", "()-"]
)
def test_a_hostile_text_takes_linear_time(text: str) -> None:
    begin = time.process_time()
    find_personal_data(text * (200_000 // len(text)))
    assert time.process_time() - begin < 1.5
