"""Negations of a text.

Words that only look like negations (不但, 特别, "no problem") are left out. A negation in a
condition or a question, and a comparison such as 不超过, asserts nothing alone: it is not certain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from coze_harness.text.facts.anchored_search import search_at
from coze_harness.text.facts.fact import Fact, FactKind

_REACH: Final = 80
"""Characters before and after a negation in which a condition or a question mark is looked for."""

# 不用担心 and 请放心 are the same courtesy.
_CALM: Final = (
    "(?:太|过于|过分|过度|再|为此)?(?:担心|担忧|着急|客气|紧张|害怕|焦虑|犹豫|难过|灰心|介意|谢|气馁|在意"
    "|忘|惊讶|急|慌|怕|生气|错过|见外|有压力)"
)
_NO_CHINESE_NEGATION: Final = rf"""
不(?:但|仅|错|过(?!期|敏|关|夜)|论|管|只|光|单|妨|如|愧|禁|由|断|久|同(?!意)|少(?!于)|良|动产|锈|一(?!定)
  |得不|得已|得了|能不|会不|可不|无|客气|好意思|敢当|瞒|见不散|要紧|碍|知不觉|见得|经意|约而同|可或缺|可思议
  |可避免|可抗力|可多得|定期|应求|释手|便(?!宜)|适(?![合用宜应])|时|日|等(?!于)|孕|幸|料|然|慎|难|堪|利|当
  |菲|小心|胜|计其数|言而喻|厌|遗余力|(?:用|必|要|需要?|须|可|能){_CALM}|急|妙|外乎|齐|吝|仅如此|辞|可否认
  |择|变|懈|息|差)
|不多(?<=差不多)|不起(?<=[对了]不起)|不得(?<=[巴恨]不得)|不了(?<=[免少大]不了)|不及(?<=来不及)
|不绝(?<=绎不绝)|不可少(?<=必不可少)|不犹豫(?<=毫不犹豫)|不已|不迟(?<=也不迟)|不定(?<=说不定)
|不住(?<=忍不住)|不(?<=要不)(?=然|是|我)|不(?=(?:到|行|了)?[吗呢])(?<=[好行对是可能会要]不)
|[没沒](?:错|(?:有)?(?:什么)?(?:问题|关系)|事|准|完没|收|落|辙|想到)|有没有?
|无(?:二|一失|论|线|比|人机|人驾驶|障碍|锡|忧|限|痕|缝|理由|所谓|疑|非|意|聊|奈|情|私|数|穷|尽|常|名|花果|形
  |辜|敌|菌|纺|氧|机|畏|微不至|与伦比|接触|感|抵押|烟|糖|为|心|愧|时无刻|处不在|患|可厚非|可奉告|关紧要|刷|框
  |极|纸化|公害|印良品|人售货|人零售|头苍蝇)
|未(?:来|必|免|知|婚|遂|雨绸缪|央|名湖)
|(?<=[特区差级类性分识个告辨派鉴判国离道各甄临有作惜话阔系层组门科])别
|别(?:[人的处名针墅墨克致样扭称具有说管出是]|看(?=[它他她你我])|{_CALM})
|[请切]?勿{_CALM}
|非(?:常|洲|凡|得|要|但|诚勿扰|遗|典|主流|你莫属|同凡响|同寻常)|(?<=[除是无若岂绝莫])非
"""
_CHINESE: Final = r"""
不予|概不|禁止|严禁|禁(?=[用入食行带烟服停])|避免|免(?=费|单|押|票|运费|邮)|谢绝|拒绝|杜绝
|缺(?=货)|不|[没沒]有?|无|未|别|勿|非|并非|[切请且]莫|莫要
"""
_NO_ENGLISH_NEGATION: Final = r"""
\b(?:(?i:no)\s(?:problem|matter|worries|doubt|wonder|rush|hurry|need\sto\sworry|big\sdeal|sooner|way\sto)
|(?i:not)\s(?:only|just|to\smention|necessarily|surprising|at\sall\.|un\w+)
|(?i:no)\.\s?[0-9]
|(?:(?i:why)|or|(?i:if|whether))\snot
|(?:(?i:do)\snot|(?i:don)['’]t)\s(?:\w+\s){0,2}
  (?:worry|hesitate|forget|panic|mind|be\safraid|miss|fret)
|(?:(?i:can)['’]t|(?i:cannot)|(?i:can)\snot)\s(?:wait|help|thank|stress)
|(?i:could)n['’]t\s(?:be|agree)|(?i:cannot)\sbut|(?i:nothing)\sbut
|\w+n['’]t\s(?:you|it|they|we|he|she)\b
|(?i:without)\s(?:hesitation|delay|further\sado|any\sproblems?|a\sdoubt)
|(?i:no)\s(?:extra|additional)?\s?(?:charge|cost|fee)s?)
"""
_ENGLISH: Final = r"""
\b(?:(?i:not)|(?i:never)|(?i:no)(?!\s?:)|(?i:without|cannot|none|neither|nor|unable)
  |(?i:unavailable|impossible|unsupported|prohibited|forbidden|ineligible|invalid)
  |(?i:non)(?=-?(?:refund|transfer|return|exchang|smok|member))|(?i:exclud)(?:es?|ed|ing)|(?i:avoid)(?:s|ing)?|(?i:nothing)
  |(?i:nobody))(?:\b|(?<=(?i:non)))
|\b\w{2,6}n['’]t\b
"""
_ANCHORS: Final = r"""
[不没沒无未别勿非莫禁严谢拒杜概并有请切且避免缺]
|\b(?:(?i:no)|(?i:nei|nev)|(?i:w)(?:ith|hy|on|ould|as|ere)|(?i:c)(?:an|ould)|(?i:un)|(?i:i)(?:mp|nv|ne|f|s)
  |(?i:proh|forb|exc)|(?i:d)(?:o|id)|(?i:ha|should)|(?i:m)(?:ust|ight)|(?i:a)(?:re|in|vo)|(?i:need)|or\b)
"""

# What stands after a negation that compares, or that is about understanding.
_UNCERTAIN_AFTER: Final = re.compile(
    r"""
    (?:[能得会应]|可以?|允许)?(?:超过|少于|低于|高于|多于|大于|小于|晚于|早于)|足|满(?!意)|到|止|会再|一定
    |确定|清楚|太(?:清楚|明白|理解|确定|懂)|明白|理解|听懂|看懂|知道
    |\s(?:be\s)?(?:more|larger|longer|greater|bigger|higher|less|fewer|smaller|lower|shorter|later|earlier|exceed|over)\b
    |\s(?:sure|be\ssure|know|quite|fully|really|understand|get|catch)\b|-member|-smok
    """,
    re.VERBOSE,
)
# 无 and 非 are parts of many nouns; here they deny the clause: 无法, 暂无.
_DENIED_AFTER: Final = re.compile(r"[法需须权货效房票座早]|任何|会员|工作日|营业|处方|本[店人]")
_DENIED_BEFORE: Final = frozenset("暂均并且已尚皆也都则仍还又")
_ATTRIBUTE: Final = re.compile(r"[㐀-鿿]{1,4}的[㐀-鿿]")
_WORDS_AFTER: Final = re.compile(r"[㐀-鿿]{1,4}|(?:\s[A-Za-z]+){1,2}")
_CONDITION: Final = re.compile(
    r"""
    (?:如果|假如|倘若|要是|若|如(?!下|何|期|实|需)|万一|一旦|除非|是否
      |\b(?i:if)\b|\b(?i:unless)\b|\b(?i:whether)\b|\b(?i:when)\b|\b(?i:in)\scase\b)[^。！？!?\n]*$
    """,
    re.VERBOSE,
)
_QUESTION: Final = re.compile(r"[^。！!.\n]*?(?:[?？]|[吗呢](?=[。，]|$))")


@cache
def _anchors() -> re.Pattern[str]:
    return re.compile(_ANCHORS, re.VERBOSE)


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(
        rf"(?P<skip>{_NO_CHINESE_NEGATION}|{_NO_ENGLISH_NEGATION})"
        rf"|(?P<zh>{_CHINESE})|(?P<en>{_ENGLISH})",
        re.VERBOSE,
    )


def find_negations(text: str) -> Iterator[Fact]:
    """Yield the negations of a text of normal width, in reading order."""
    for match in search_at(_anchors(), _pattern(), text):
        start, end = match.span()
        if match["skip"] or (match["zh"] and _is_choice(text, start, end)):
            continue
        after = _WORDS_AFTER.match(text, end)
        value = after.group().strip().lower() if after else ""
        is_certain = not _is_uncertain(text, match)
        end = after.end() if after else end
        yield Fact(FactKind.NEGATION, value, "", start, end, text[start:end], is_certain)


def _is_choice(text: str, start: int, end: int) -> bool:
    """Whether a word stands before and after the negation: 能不能."""
    before = text[start - 1 : start]
    return before == text[end : end + 1] and "㐀" <= before <= "鿿"


def _is_uncertain(text: str, match: re.Match[str]) -> bool:
    start, end = match.span()
    word = match.group()
    if (
        word in ("避免", "免")
        or word.lower().startswith("avoid")
        or _UNCERTAIN_AFTER.match(text, end)
    ):
        return True
    if word in ("未", "无", "非") and _ATTRIBUTE.match(text, end):
        return True
    if word in ("无", "非") and not (
        _DENIED_AFTER.match(text, end) or text[start - 1 : start] in _DENIED_BEFORE
    ):
        return True
    return bool(
        _CONDITION.search(text, max(0, start - _REACH), start)
        or _QUESTION.match(text, end, end + _REACH)
    )
