"""How far judges can be trusted: what `judge-check` has measured, by judge, version and question.

`cassettes/judge-check.jsonl` has one line for each. It is committed with the recordings. Lines are
sorted and independent of each other, so git can merge two versions by keeping all lines of both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, TypeAlias

from msgspec import Struct, field
from msgspec.structs import asdict

from coze_harness.messages import message
from coze_harness.model.errors import CassetteUnreadableError
from coze_harness.model.judge_rating import BY_LABELS, BY_MUTANTS, JudgeRating
from coze_harness.model.location import Location
from coze_harness.model.struct_decoding import convert_to_struct
from coze_harness.storage.atomic_write import write_atomically
from coze_harness.text.json_text import dump_json, parse_json

RATINGS_FILE: Final = "judge-check.jsonl"

_Key: TypeAlias = tuple[str, str, str]


class JudgeRatings(Struct, frozen=True):
    """The ratings of a project, by version, question and source."""

    ratings: Mapping[_Key, JudgeRating] = field(default_factory=dict)

    @classmethod
    def read(cls, cassettes: Path) -> JudgeRatings:
        """Read the ratings in a folder of cassettes; without the file there are none.

        Raises:
            CassetteUnreadableError: the file cannot be read, or a line of it is damaged.
        """
        path = cassettes / RATINGS_FILE
        try:
            lines = path.read_bytes().splitlines()
        except FileNotFoundError:
            return cls()
        except OSError as error:
            raise _unreadable(path, 0) from error
        ratings: dict[_Key, JudgeRating] = {}
        for number, line in enumerate(lines, 1):
            try:
                rating = convert_to_struct(parse_json(line), JudgeRating)
            except ValueError as error:
                raise _unreadable(path, number) from error
            ratings[_key(rating)] = rating
        return cls(ratings)

    def is_weak(self, version: str, topic: str) -> bool:
        """Return whether a version of a judge is below the bound; labels come before mutants."""
        for source in (BY_LABELS, BY_MUTANTS):
            if rating := self.ratings.get((version, topic, source)):
                return rating.is_weak
        return False

    def has(self, judge: str, topic: str) -> bool:
        """Return whether a judge was ever checked on a question, in whatever version."""
        return any((one.judge, one.topic) == (judge, topic) for one in self.ratings.values())

    def with_ratings(self, ratings: Iterable[JudgeRating]) -> JudgeRatings:
        """Return these ratings and new ones, which replace those of the same key."""
        return JudgeRatings({**self.ratings, **{_key(one): one for one in ratings}})

    def save(self, cassettes: Path) -> None:
        """Write the file. The caller holds the lock of those that write recordings.

        Raises:
            OSError: it cannot be written; the old one is unchanged.
        """
        cassettes.mkdir(parents=True, exist_ok=True)
        write_atomically(cassettes / RATINGS_FILE, self._lines())

    def _lines(self) -> Iterator[bytes]:
        for _, rating in sorted(self.ratings.items()):
            yield dump_json(asdict(rating)) + b"\n"


def _key(rating: JudgeRating) -> _Key:
    return rating.version, rating.topic, rating.source


def _unreadable(path: Path, line: int) -> CassetteUnreadableError:
    return CassetteUnreadableError(
        message("judge.ratings.unreadable"),
        where=Location(str(path), line),
        next_step=message("judge.ratings.unreadable.next"),
    )
