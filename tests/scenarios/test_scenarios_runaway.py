"""Input that would take hours or all memory ends soon, as a fault with its place."""

from __future__ import annotations

import json
from collections.abc import Iterator

import jinja2
import pytest
from bounded_child import MAX_SECONDS, BoundedChild, bounded_child
from coze_harness.scenarios.template_sandbox import Sandbox, compile_template
from jinja2.exceptions import SecurityError

_DIGITS = "[1,2,3,4,5,6,7,8,9,10]"


def _double(start: str, step: str, end: str = "{{ a }}") -> str:
    return "{% set a = " + start + " %}" + ("{% set a = " + step + " %}") * 60 + end


TEMPLATES = {
    # Loops.
    "loops over texts": "{% for a in 'xxxxxxxxxx' %}" * 8 + "{% endfor %}" * 8,
    "loops over lists": ("{% for a in " + _DIGITS + " %}") * 8 + "{% endfor %}" * 8,
    "loops with text": ("{% for a in " + _DIGITS + " %}x") * 8 + "{% endfor %}" * 8,
    "loop over range": "{% for a in range(2000000000) %}{% endfor %}",
    "loop without output": "{% for a in range(99999) %}{% for b in range(99999) %}"
    "{% if a == b %}{% endif %}{% endfor %}{% endfor %}",
    "loop with a block": "{% set a %}{% for b in range(99999) %}" + "text " * 9000 + "{% endfor %}"
    "{% endset %}{{ a }}",
    "recursive loop": "{% for a in [[[1]]] recursive %}{{ loop([a, a]) }}{% endfor %}",
    "recursive macro": "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}"
    "{% endmacro %}{{ m(60) }}",
    # Values that grow.
    "products": _double("9", "a * a"),
    "powers": "{{ 999 ** 999 ** 999 }}",
    "sums of texts": _double("'x'", "a + a"),
    "sums of lists": _double("[1]", "a + a"),
    "joined texts": _double("'x'", "a ~ a"),
    "nested lists": _double("[1]", "[a, a]"),
    "nested tuples": _double("(1,)", "(a, a)", "{{ a == a[:] }}"),
    "nested mappings": _double("{'k': 1}", "{'k': a, 'l': a}"),
    "nested namespaces": _double("namespace(a=1)", "namespace(a=a, b=a)"),
    "namespace in a loop": "{% set n = namespace(a='xy') %}{% for i in range(99) %}"
    "{% set n.a = n.a ~ n.a %}{% endfor %}",
    "repeated text": "{{ 'a' * 200000000 }}",
    "repeated list": "{{ [1] * 200000000 }}",
    # Filters and methods.
    "slice": "{{ 'a'|slice(200000000)|list }}",
    "slice in a loop": "{% for a in 'a'|slice(200000000) %}{% endfor %}",
    "batch": "{{ 'abc'|batch(200000000, 'x')|list }}",
    "center": "{{ 'a'|center(200000000) }}",
    "center by name": "{{ 'a'|center(width=200000000) }}",
    "center method": "{{ 'a'.center(200000000) }}",
    "zfill": "{{ 'a'.zfill(200000000) }}",
    "ljust": "{{ 'a'.ljust(200000000) }}",
    "rjust": "{{ 'a'.rjust(200000000) }}",
    "expandtabs": "{{ 'a\\tb'.expandtabs(200000000) }}",
    "indent": "{{ 'a'|indent(200000000, true) }}",
    "percent": "{{ '%0200000000d' % 1 }}",
    "percent star": "{{ '%*d' % (200000000, 1) }}",
    "percent precision": "{{ '%.200000000f' % 1.5 }}",
    "format filter": "{{ '%200000000s'|format(1) }}",
    "format method": "{{ '{:>200000000}'.format(1) }}",
    "format nested": "{{ '{:>{}}'.format(1, 200000000) }}",
    "format map": "{{ '{a:>200000000}'.format_map({'a': 1}) }}",
    "mapped filter": "{{ ['a']|map('center', 200000000)|list }}",
    "replace": "{{ ('a' * 99999).replace('a', 'b' * 99999) }}",
    "replace filter": "{{ ('a' * 99999)|replace('a', 'b' * 99999) }}",
    "join": "{{ ('a' * 99999)|join('b' * 99999) }}",
    "join method": "{{ ('b' * 99999).join('a' * 99999) }}",
    "translate": "{{ ('a' * 99999).translate({97: 'b' * 99999}) }}",
    "strip": "{{ ('a' * 999999).strip('b' * 999999 ~ 'a') }}",
    "to bytes": "{{ (1).to_bytes(200000000, 'big') }}",
    "round": "{{ 1.5|round(200000000, 'ceil') }}",
    "tojson": "{{ [1]|tojson(200000000) }}",
    "wordwrap": "{{ ('a' * 999999)|wordwrap(2) }}",
    "group of characters": "{{ ('a' * 999999)|groupby('x') }}",
    "striptags": "{{ ('<!-- -->' * 99999)|striptags }}",
    "sum of lists": "{{ ('a' * 90000)|batch(1)|sum(start=[]) }}",
    "code": "{{ a }}" * 9000,
    "brackets": "{{ " + "(" * 5000 + " }}",
}


@pytest.fixture(scope="module")
def child() -> Iterator[BoundedChild]:
    with bounded_child(["bounded_jobs", "coze_harness.scenarios.template_sandbox"]) as started:
        yield started


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_runaway_template_is_a_fault(name: str, child: BoundedChild) -> None:
    template = TEMPLATES[name]
    text = f"turns:\n  - prompt: {json.dumps(template)}\n"
    if "{{ a }}" in template[:10]:
        text = f"cases: [{{a: 1}}]\n{text}"
    result = child.run("bounded_jobs:load_scenario", text)
    assert result.seconds < MAX_SECONDS
    line = 1 + text.count("\n") - 1
    assert result.value, "it was killed, or there was no fault"
    assert result.value[0][0] == f"scenarios/a.yaml:{line}:13", result.value
    assert result.value[0][1].startswith("The template cannot be "), result.value


@pytest.mark.parametrize(
    "template",
    [
        "{% for a in range(9000) %}{{ a }},{% endfor %}",
        "{% for a in xs recursive %}{{ a.n }}{{ loop(a.xs) }}{{ loop.length }}{% endfor %}",
        "{% for a in xs if a.n != '1' %}{{ loop.index }}{{ loop.last }}{% else %}-{% endfor %}",
        "{{ xs|map(attribute='n')|join('-') }}{{ xs|length }}{{ xs|groupby('n')|length }}",
        "{{ '%05.1f|%s|%-4d|%%' % (1.25, 'x', 7) }}{{ '{:>8,}|{a}'.format(1234567, a=1) }}",
        "{{ 'a,b'.split(',')|batch(2, 'x')|list|first|last }}{{ [3, 1]|sort|first }}",
        "{{ 'x' * 999999 }}",
        "{% set n = namespace(t='') %}{% for a in 'abc' %}{% set n.t = n.t ~ a %}{% endfor %}"
        "{{ n.t|upper|center(9)|trim }}{{ 2 ** 10 }}{{ n.t[1:] }}{{ -7 // 2 }}{{ 7 % 4 }}",
        "{% macro m(a) %}<{{ a }}>{{ caller() }}{% endmacro %}{% call m(1) %}x{% endcall %}",
        "{{ '<b>'|e }}{{ 'b' is in 'abc' }}{{ {'a': 1}.items()|list|length }}{{ 1.5|round }}",
        "{% filter upper|replace('B', 'c') %}ab{{ 1 < 2 <= 2 }}{% endfilter %}{{ [[1], (2, x)] }}",
        "{{ dict(a=x).a }}{{ cycler(x, 'b').next() }}{{ 'a' ~ 1 ~ x }}{{ xs|sum('k') }}",
    ],
)
def test_a_reasonable_template_is_filled_as_jinja2_does(template: str) -> None:
    items = [{"n": "1", "xs": [], "k": 1}, {"n": "22", "xs": [], "k": 2}]
    values = {"xs": items, "x": "值"}
    plain = jinja2.Environment(autoescape=False).from_string(template).render(values)  # noqa: S701
    filled = compile_template(Sandbox(), template).fill(values)
    assert filled.replace("true", "True").replace("false", "False") == plain


def test_a_template_cannot_change_its_case() -> None:
    with pytest.raises(SecurityError):
        compile_template(Sandbox(), "{{ xs.append(1) }}").fill({"xs": []})
