"""Measures of how similar two texts are, each from 0 to 1."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from coze_harness.expectations.answer_text.word_count import words
from coze_harness.text.safe_regex import compile_pattern

if TYPE_CHECKING:
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF

SimilarityMetric: TypeAlias = Literal["ratio", "token_set", "rouge_l", "chrf", "bleu"]

METRICS_OF_PACKAGE: Final[tuple[SimilarityMetric, ...]] = ("chrf", "bleu")
"""Metrics that need the extra `metrics`."""


def similarity_score(answer: str, reference: str, metric: SimilarityMetric) -> float:
    """Return how similar an answer is to a text, 0 to 1.

    - `ratio` counts the characters to insert or delete (rapidfuzz's ratio).
    - `token_set` compares the sets of words: order and repetition do not count, and a text all of
      whose words are in the other has 1 (rapidfuzz's token_set_ratio).
    - `rouge_l` is the F1 of the longest common subsequence of words (ROUGE-L).
    - `chrf` is sacrebleu's chrF2: the F2 of common sequences of 1 to 6 characters.
    - `bleu` is sacrebleu's BLEU of one sentence, with effective order and exponential smoothing.

    A Chinese character is a word in `token_set`, `rouge_l` and `bleu`.
    """
    return _METRICS[metric](answer, reference)


def _ratio(answer: str, reference: str) -> float:
    from rapidfuzz import fuzz  # 10 ms to import, and only this kind needs it

    return fuzz.ratio(answer, reference) / 100


def _token_set(answer: str, reference: str) -> float:
    from rapidfuzz import fuzz

    return fuzz.token_set_ratio(" ".join(words(answer)), " ".join(words(reference))) / 100


def _rouge_l(answer: str, reference: str) -> float:
    from rapidfuzz.distance import LCSseq

    left, right = words(answer), words(reference)
    # With P = LCS / m and R = LCS / n, this is 2 P R / (P + R).
    total = len(left) + len(right)
    return 2 * LCSseq.similarity(left, right) / total if total else 0.0


@cache
def _chrf_metric() -> CHRF:
    from sacrebleu.metrics.chrf import CHRF  # 100 ms to import, and only this metric needs it

    return CHRF()


@cache
def _bleu_metric(tokenize: str) -> BLEU:
    from sacrebleu.metrics.bleu import BLEU

    return BLEU(tokenize=tokenize, effective_order=True)


def _chrf(answer: str, reference: str) -> float:
    score: float = _chrf_metric().sentence_score(answer, [reference]).score
    return min(1.0, score / 100)


def _bleu(answer: str, reference: str) -> float:
    metric = _bleu_metric(_tokenizer(reference))
    score: float = metric.sentence_score(answer, [reference]).score
    return min(1.0, score / 100)


def _tokenizer(reference: str) -> str:
    """Return sacrebleu's tokenizer for the language of a text."""
    if compile_pattern(r"[\p{Hiragana}\p{Katakana}\p{Thai}]").search(reference):
        return "char"
    return "zh" if compile_pattern(r"\p{Han}").search(reference) else "13a"


_METRICS: Final[Mapping[SimilarityMetric, Callable[[str, str], float]]] = MappingProxyType(
    {
        "ratio": _ratio,
        "token_set": _token_set,
        "rouge_l": _rouge_l,
        "chrf": _chrf,
        "bleu": _bleu,
    }
)
METRICS: Final[tuple[SimilarityMetric, ...]] = tuple(_METRICS)
"""The metrics, the default first."""
