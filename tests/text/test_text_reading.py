"""A diff shows what a reader would point at: whole numbers, words, graphemes, lines."""

from __future__ import annotations

import pytest
from coze_harness.text import DiffOperation, diff_lines, diff_texts, similarity


def mark_changes(before: str, after: str) -> str:
    marks = {DiffOperation.SAME: "{}", DiffOperation.DEL: "[-{}-]", DiffOperation.INS: "[+{}+]"}
    return "".join(marks[piece.op].format(piece.text) for piece in diff_texts(before, after).pieces)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("每月 99 元，含 30GB", "每月 199 元，含 20GB", "每月 [-99-][+199+] 元，含 [-30-][+20+]GB"),
        ("2024-05-01 起", "2024-05-03 起", "[-2024-05-01-][+2024-05-03+] 起"),
        ("全家 👨‍👩‍👧 好", "全家 👨‍👩‍👦 好", "全家 [-👨‍👩‍👧-][+👨‍👩‍👦+] 好"),
        ("由我们承担", "由您承担", "由[-我们-][+您+]承担"),
        ("7 天", "7\u00a0天", "7[- -][+\u00a0+]天"),
        ("升级 v1.2.3 版", "升级 v1.2.4 版", "升级 [-v1.2.3-][+v1.2.4+] 版"),
        ("价格￥１２．５０起", "价格￥１３．５０起", "价格￥[-１２．５０-][+１３．５０+]起"),
        ("于 2024-05-01T10:00 开", "于 2024-05-01T10:30 开",
         "于 [-2024-05-01T10:00-][+2024-05-01T10:30+] 开"),
        ("送30GB流量", "送30TB流量", "送30[-GB-][+TB+]流量"),
        ("cafe\u0301 好", "cafe 好", "[-cafe\u0301-][+cafe+] 好"),
        ("第1️⃣步", "第2️⃣步", "第[-1️⃣-][+2️⃣+]步"),
        ("I don't know.", "I can't know.", "I [-don't-][+can't+] know."),
        ("дом большой", "дым большой", "[-дом-][+дым+] большой"),
        ("\u0638\u0644 \u062f\u0627\u0631", "\u0638\u0644 \u062f\u0648\u0631",
         "\u0638\u0644 [-\u062f\u0627\u0631-][+\u062f\u0648\u0631+]"),
        ("", "好", "[+好+]"),
        ("好", "", "[-好-]"),
        ("", "", ""),
        ("一样", "一样", "一样"),
    ],
)  # fmt: skip
def test_what_changed_is_shown_whole(before: str, after: str, expected: str) -> None:
    assert mark_changes(before, after) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        # 的 alone, between two changes, is in nobody's way to be read.
        ("请问红的苹果", "请问绿的香蕉", "请问[-红的苹果-][+绿的香蕉+]"),
        ("please come back soon", "please go away soon",
         "please [-come back-][+go away+] soon"),
        # Two characters, a word or the bar of a table stay.
        ("请问红色苹果吧", "请问绿色香蕉吧", "请问[-红色苹果-][+绿色香蕉+]吧"),
        ("请问红颜色苹果", "请问绿颜色香蕉", "请问[-红-][+绿+]颜色[-苹果-][+香蕉+]"),
        ("价目 | 99 | 30 |", "价目 | 199 | 20 |", "价目 | [-99-][+199+] | [-30-][+20+] |"),
    ],
)  # fmt: skip
def test_a_lone_character_between_two_changes_joins_them(
    before: str, after: str, expected: str
) -> None:
    assert mark_changes(before, after) == expected


def test_a_new_row_of_a_table_is_shown_as_a_row() -> None:
    before = "| 套餐 | 价格 |\n| --- | --- |\n| 甲 | 99 |\n| 乙 | 199 |\n"
    after = "| 套餐 | 价格 |\n| --- | --- |\n| 甲 | 89 |\n| 乙 | 189 |\n| 丙 | 399 |\n"
    assert mark_changes(before, after) == (
        "| 套餐 | 价格 |\n| --- | --- |\n| 甲 | [-99-][+89+] |\n| 乙 | [-199-][+189+] |\n"
        "[+| 丙 | 399 |\n+]"
    )


def test_a_paragraph_put_between_others_is_shown_as_one_though_all_changed() -> None:
    before = "退货期限是 7 天。\n\n运费由我们承担。\n\n退款三个工作日内到账。\n"
    after = "退货期限是 15 天。\n\n请保持包装完好！\n\n运费由您承担。\n\n退款五个工作日内到账。\n"
    assert mark_changes(before, after) == (
        "退货期限是 [-7-][+15+] 天。\n\n[+请保持包装完好！\n\n+]运费由[-我们-][+您+]承担。\n\n"
        "退款[-三-][+五+]个工作日内到账。\n"
    )


def test_a_paragraph_cut_in_two_has_gained_a_line_end_and_nothing_else() -> None:
    before = "支持七天无理由退货。运费由我们承担。\n谢谢！"
    after = "支持七天无理由退货。\n\n运费由我们承担。\n谢谢！"
    assert mark_changes(before, after) == "支持七天无理由退货。[+\n\n+]运费由我们承担。\n谢谢！"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("支持七天无理由退货，运费由我们承担，退款原路退回。",
         "今天北京晴，最高气温 25 度，适合户外活动，记得带好防晒霜和水。"),
        ("I'm sorry, I can't answer that question.",
         "According to our policy, you can return the product within seven days of receipt."),
        ("床前明月光，疑是地上霜。举头望明月，低头思故乡。",
         "白日依山尽，黄河入海流。欲穷千里目，更上一层楼。"),
        ("是", "否"),
    ],
)  # fmt: skip
def test_another_answer_altogether_is_rewritten(before: str, after: str) -> None:
    diff = diff_texts(before, after)
    assert diff.rewritten
    assert diff.similarity < 0.3
    assert diff.pieces == ((DiffOperation.DEL, before), (DiffOperation.INS, after))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("您好！我是小助手，可以帮您查询订单、退货和物流信息。请问有什么可以帮您？",
         "您好，我是智能客服小助手，能够帮您查询订单、办理退换货以及物流信息。请问有什么需要帮助的吗？"),
        ("You can return the goods within 7 days. Please keep the packaging.",
         "You may return items within 14 days; please keep the original packaging."),
        ("可以的。",
         "可以的。您可以在收到商品后的七天内申请退货，运费由我们承担，款项原路退回。"),
        ("", "好"),
    ],
)  # fmt: skip
def test_a_paraphrased_or_longer_answer_is_not_rewritten(before: str, after: str) -> None:
    assert not diff_texts(before, after).rewritten
    assert not diff_texts(after, before).rewritten


def test_white_space_does_not_make_texts_alike_nor_wholly_alike() -> None:
    assert similarity("a b c d", "e f g h") == 0.0
    assert 0.99 < similarity("7 天", "7\u00a0天") < 1.0


def test_lines_of_a_prompt_are_reported_whole_and_pair_by_pair() -> None:
    before = "# 角色\n你是客服。\n\n- 回答要短\n- 语气友好\n- 不谈价格\n结束"
    after = "# 角色\n你是资深客服。\n\n- 回答要简短\n- 语气友好\n- 不谈价格\n- 不谈竞品\n结束\n"
    assert diff_lines(before, after) == (
        (DiffOperation.SAME, "# 角色\n"),
        (DiffOperation.DEL, "你是客服。\n"),
        (DiffOperation.INS, "你是资深客服。\n"),
        (DiffOperation.SAME, "\n"),
        (DiffOperation.DEL, "- 回答要短\n"),
        (DiffOperation.INS, "- 回答要简短\n"),
        (DiffOperation.SAME, "- 语气友好\n- 不谈价格\n"),
        (DiffOperation.INS, "- 不谈竞品\n"),
        (DiffOperation.DEL, "结束"),
        (DiffOperation.INS, "结束\n"),
    )


def test_changed_lines_side_by_side_stay_pairs() -> None:
    before, after = "回答要短\n语气要友好\n", "回答要长\n语气要严肃\n"
    assert [piece.text for piece in diff_lines(before, after)] == [
        "回答要短\n", "回答要长\n", "语气要友好\n", "语气要严肃\n",
    ]  # fmt: skip
    assert diff_lines("", "") == ()
    assert diff_lines("一\u2028二\r\n", "一\u2028三\r\n") == (
        (DiffOperation.DEL, "一\u2028二\r\n"),
        (DiffOperation.INS, "一\u2028三\r\n"),
    )
