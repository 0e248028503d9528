"""Phrases with which a bot says that it does not answer or help, in Chinese and English."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

_BEGINNING: Final = 240
"""Characters in which a refusal begins; a remark at the end of an answer is none."""

# Who speaks, or what is spoken of: what others cannot do is a part of the answer.
_SUBJECT: Final = (
    "(?P<own>我|本(?:助手|机器人|人|系统|智能体|平台)|助手|作为|问题|话题|请求|要求|信息|内容|功能|情况"
    "|(?:这个?|此|该)$)|您|你|他|她|它|谁|别人|用户|客户|有些"
)
_NO_SUBJECT: Final = (
    "(?:目前|暂时?|现在|恐怕|实在|确实|真的?|很|非常|十分|万分|抱歉|对不起|不好意思|遗憾|请?恕|还|也|都|均|就|但"
    "|所以|因此)*"
)
_CONDITION: Final = "如果|如您|若|假如|要是|万一|一旦|倘|当|是否|为什么|为何|怎么|避免|担心"
_CANNOT: Final = (
    "无法|不能够?|没(?:有)?办法|没法|不便|不方便|不可以|不宜|难以|无权|未被授权|不被允许|不愿意?|不想|拒绝|不会|不予"
    "|没有?(?:权限|能力)|不支持(?=回答|解答|讨论)|(?<=我)(?:暂时?|目前|还)?不支持"
)
_VERB: Final = (
    "(?:回答|回复|解答|答复|作答|提供|协助|帮[助你您到忙]|[为替][你您]|给[你您到出予]|透露|告诉|告知|满足|讨论"
    "|谈论|评论|评价|处理|完成|执行|参与|生成|分享|查询|查到|查看|访问|浏览|打开|识别|配合|编写|撰写|写|做到"
    "|答应|从命|奉告|继续|解决|支持|说明|展示)"
)
_NO_INABILITY: Final = "同意|没有|不|想象|忘记|相信|理解|否认|确定|保证"
_CHINESE: Final = rf"""
(?:^|[，。！？!?,;；：:、\s~～（(])(?P<prefix>[^，。！？!?,;；\n]{{0,24}}?)
(?:
  (?:{_CANNOT})(?:再|直接|继续|够|向[你您]|为[你您]|对此|就此|进行|随意|具体|准确)*
    [^，。！？!?,;；\n]{{0,14}}?{_VERB}
 |(?<=我)(?:无法|不能|没(?:有)?办法|没法|无权|拒绝)(?!{_NO_INABILITY})
 |不(?=参与|讨论|评论|回答|谈论|涉及)
 |(?:帮|答|做|实现|完成|回答|处理|提供|满足|解决|解答)不了|该?话题不适合|[查做看办答听]不[到了懂出]|答不上来
 |无可奉告|恕难|爱莫能助
 |还?没(?:有)?学(?:习|会)(?:过)?(?:如何|怎么|怎样)?(?:回答|处理)
 |还没(?:有)?学会(?=[呢哦啊吗。！，~～]|$)
 |(?:超出|不在|不属于)了?[^，。！？\n]{{0,8}}
    (?:能力|知识|服务|职责|业务|回答|支持|工作)[^，。！？\n]{{0,3}}(?:范围|范畴)
 |只(?:能|会|负责|支持)(?:回答|处理|解答|提供|帮[你您]|讨论)
 |不知道|不[太大]?清楚|不[太大]?了解|不具备|不懂|不负责|没有?权限
 |没有(?:相[关应]|这方面|足够|该|任何|关于)[^，。！？\n]{{0,10}}(?:信息|资料|数据|答案|记录|能力)
)
|聊[点聊]别的|换个?(?:话题|问题)试|换一?个(?:话题|问题)吧|(?:我们|咱们)换一?个(?:话题|问题)
"""
_EN_CANNOT: Final = r"""
(?:can(?:['’]?t|not|\snot)|could(?:n['’]t|\snot)|won['’]t|will\snot
  |(?:['’]m|['’]re|\sam|\sare)\s(?:\w+\s)?
    (?:not\s(?:\w+\s)?(?:able|allowed|permitted|authorized|programmed|qualified|going|comfortable
        |in\sa\sposition)|unable)(?:\sto)?
  |(?:\shave\sto|\smust|['’]ll\shave\sto|['’]m\sgoing\sto\shave\sto)?\s(?:decline|refuse)(?:\sto)?
  |['’]d\s(?:rather|prefer)\snot(?:\sto)?|\s(?:do\snot|don['’]t)\sfeel\scomfortable)
"""
_EN_VERB: Final = r"""
(?:answer|help(?!\sbut)|assist|provide|shar(?:e|ing)|discuss|comply|do\s(?:that|this|so)|fulfill
  |giv(?:e|ing)|offer|disclose|reveal|tell|comment|engage|generate|creat(?:e|ing)|writ(?:e|ing)
  |produce|process|complete|access|advise|continue|respond|say(?!\senough)|browse|search|open|see
  |view|read|participate|speculate|talk|look\sup|check|support|verify|confirm
  |recommend(?!.{0,30}enough))
"""
_NO_EN_INABILITY: Final = (
    r"wait|say\senough|recommend|imagine|believe|stress|thank|overstate|find|see\s(?:any|an?|the|how|why)"
    r"|help\sbut|lie|agree\smore|think\sof|complain|hear|reach|blame"
)
_ENGLISH: Final = rf"""
(?<!\bif\s)(?<!\bIf\s)(?<!\bwhen\s)\b
  (?:I\s(?:cannot|can['’]?t|can\snot)|I(?:['’]m|\sam)\s(?:not\s(?:able|allowed|permitted|authorized)|unable))
  (?!\s(?:to\s)?(?:{_NO_EN_INABILITY}))
|\b(?:I|[Ww]e)(?:\s(?:really|just|simply|currently|still|unfortunately))?\s?{_EN_CANNOT}
  (?!\s(?:wait|help\sbut))(?:\s?(?:\w+\s){{0,3}}?{_EN_VERB}|(?P<any>))
|\bI\b[^.!?\n]{{1,40}}\band\s(?:can['’]?t|cannot)\s(?:\w+\s)?{_EN_VERB}
|\bI(?:['’]m\sgoing\sto\shave\sto|\smust|\shave\sto)\s(?:respectfully\s)?decline
|\bI\shave\sno\s(?:information|data|access|knowledge|record)
|\b(?:inappropriate|not\sappropriate)\sfor\sme\b
|\bI\s(?:don['’]t|do\snot)\s(?:\w+\s)?(?:know\b(?!\s(?:if|about\syou))
  |have\s(?:\w+\s){{0,2}}?(?:access|information|data|details|opinions?|feelings|ability|knowledge
    |records?|answer|permission))
|\b(?:beyond|outside|out\sof|not\swithin)\s(?:of\s)?(?:my|the)\s(?:\w+\s)?
  (?:scope|capabilit|abilit|expertise|knowledge|area|remit)
|\b(?:beyond|outside)\s(?:of\s)?what\sI(?:['’]m|\sam)?\s(?:can|able|allowed)
|\boff\slimits\sfor\sme\b
|\bI(?:\scan|\sam\sable\sto)?\sonly(?:\scan|\sable\sto)?\s(?:help|assist|answer|discuss|provide|talk)
|\bI(?:['’]m|\sam)\sonly\sable\sto\b|\bI(?:['’]m\snot\ssure|\sdon['’]t\sthink)\sI\s(?:can|should\sanswer)\b
|\bnot\s(?:something|a\stopic)\s(?:that\s)?I(?:['’]m|\sam)?\s(?:can|able\sto|allowed\sto|comfortable)
|\bagainst\smy\s(?:\w+\s)?(?:guidelines|polic|programming|principles)
|\b[Nn]o\s(?:comment|can\sdo)\b
"""
_APOLOGY: Final = r"(?i:\bsorry\b|\bapolog|\bunfortunately\b|\bregret)|抱歉|对不起|不好意思|遗憾"


@cache
def _chinese() -> re.Pattern[str]:
    return re.compile(_CHINESE, re.VERBOSE)


@cache
def _english() -> re.Pattern[str]:
    return re.compile(_ENGLISH, re.VERBOSE)


@cache
def _words() -> tuple[re.Pattern[str], ...]:
    return tuple(map(re.compile, (_SUBJECT, _NO_SUBJECT, _CONDITION, _APOLOGY)))


def find_refusal(answer: str) -> tuple[int, int] | None:
    """Return where an answer refuses: start and end of the phrase; `None` if it does not.

    A refusal says in its beginning that the bot does not, or cannot, answer or help. An apology
    alone is none, and neither is what somebody else cannot do.
    """
    beginning = answer[: 2 * _BEGINNING]
    at = 0
    while (match := _chinese().search(beginning, at)) and match.start() < _BEGINNING:
        prefix = match["prefix"] or ""
        if _is_about_the_bot(prefix.strip()):
            section = match.group()
            start = next(i for i, mark in enumerate(section) if mark.isalnum())
            return match.start() + start, match.end()
        at = match.start() + 1
    apology = _words()[3].search(beginning)
    for match in _english().finditer(beginning):
        # With an apology before it, any inability of the bot is a refusal.
        is_refusal = match["any"] is None or (apology and apology.start() < match.start())
        if is_refusal and match.start() < _BEGINNING:
            return match.span()
    return None


def _is_about_the_bot(prefix: str) -> bool:
    """Return whether the words before an inability are about the bot or the question."""
    subjects, no_subject, condition, _ = _words()
    if condition.search(prefix):
        return False
    matches = list(subjects.finditer(prefix))
    return matches[-1]["own"] is not None if matches else no_subject.fullmatch(prefix) is not None
