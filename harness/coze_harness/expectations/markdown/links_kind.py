"""The kind `links`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Self

from coze_harness.expectations.absence import NONE
from coze_harness.expectations.answer_limit import reject_long_answer
from coze_harness.expectations.excerpt import excerpt, excerpt_around
from coze_harness.expectations.item_argument import ItemArgument, is_list
from coze_harness.expectations.kind import ExpectationKind, ItemContext
from coze_harness.expectations.markdown.link_search import Link, find_links, imitates, plain_host
from coze_harness.expectations.parameter import TEXT_SCHEMA, TEXTS_SCHEMA, Parameter, Schema
from coze_harness.expectations.subject import ANSWER
from coze_harness.messages import LocalizedText, literal, message
from coze_harness.model import Verdict
from coze_harness.model.trial import EvaluationContext

_DOMAIN: Final = re.compile(r"(?:\*\.)?[^\s/@:*?#]+|[a-z][a-z0-9+.-]*:")


def _parse_domains(argument: ItemArgument) -> tuple[str, ...]:
    if not is_list(argument.value):
        raise argument.type_error(
            message("expectation.type.none_or_domains"),
            message("expectation.write", code="links: [coze.cn]"),
        )
    domains = []
    for index, text in enumerate(argument.texts()):
        if not _DOMAIN.fullmatch(text):
            raise argument.child(index, text).error_at(
                message("expectation.links.domain", value=text),
                message("expectation.write", code="links: [coze.cn]"),
            )
        domains.append(text if text.endswith(":") else plain_host(text.removeprefix("*.")))
    return tuple(domains)


_ALLOW: Final[Parameter[tuple[str, ...]]] = Parameter(
    "allow", _parse_domains, TEXTS_SCHEMA, (), is_required=True
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowedLinks(ExpectationKind):
    """The answer has no links, or only links to some domains."""

    kind = "links"
    summary = message("kind.links.summary")
    example = "links: [coze.cn]"
    parameters = (_ALLOW,)
    short_form = "allow"

    domains: tuple[str, ...]
    """In lower case and Unicode, with their subdomains; a scheme ends with a colon."""

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse `none`, a list of domains or `{allow: […]}`."""
        if argument.value == NONE:
            return cls(**item.common, domains=())
        return cls(**item.common, domains=_ALLOW.read(cls.read_arguments(argument)))

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of `none`, a list or a mapping."""
        return {
            **cls.mapping_schema(),
            "type": ["string", "array", "object"],
            "pattern": f"^{NONE}$",
            "items": TEXT_SCHEMA,
            "minItems": 1,
        }

    @property
    def expected(self) -> LocalizedText:
        """No links, or links to some domains."""
        if not self.domains:
            return message("kind.links.expected.none")
        return message("kind.links.expected", domains=self.domains)

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the links of the answer; evidence marks those that are not allowed."""
        answer = context.reply.answer
        if verdict := reject_long_answer(self, answer):
            return verdict
        links = find_links(answer)
        foreign = [link for link in links if not self._allows(link)]
        if not foreign:
            reason = message("kind.links.none", subject=ANSWER)
            if links:
                reason = message("kind.links.passed", subject=ANSWER, n=len(links))
            return self.passed(reason, excerpt(answer), tuple([(o.start, o.end) for o in links]))
        first = foreign[0]
        actual = excerpt_around(answer, first.start, first.end)
        evidence = tuple([(one.start, one.end) for one in foreign])
        return self.failed(self._reason(first), literal(actual), evidence)

    def _allows(self, link: Link) -> bool:
        if not link.host:
            return any(
                one[-1:] == ":" and link.text.lower().startswith(one) for one in self.domains
            )
        return any(link.host == one or link.host.endswith(f".{one}") for one in self.domains)

    def _reason(self, link: Link) -> LocalizedText:
        text, at, host = excerpt(link.text), link.start + 1, link.host
        if not self.domains:
            return message("kind.links.unwanted", subject=ANSWER, text=text, at=at)
        if not host:
            return message("kind.links.no_host", subject=ANSWER, text=text, at=at)
        for domain in self.domains:
            if imitates(host, domain):
                return message("kind.links.imitation", text=text, at=at, host=host, domain=domain)
        return message("kind.links.foreign", text=text, at=at, host=host)
