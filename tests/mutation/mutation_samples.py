"""Sample answers, and turns with expectations of them."""

from __future__ import annotations

from collections.abc import Sequence

from builders import reply
from coze_harness.expectations import ExpectationKind, build_expectation
from coze_harness.model import Reply
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import Location
from coze_harness.model.trial import EvaluationContext
from coze_harness.mutation.mutant_evaluation import MutationTarget, TargetExpectation
from coze_harness.mutation.mutation_operator import MutationOperator
from coze_harness.mutation.operator_registry import OPERATORS
from coze_harness.yaml_source import read_yaml

UNITS_ZH = "退款在7天内完成。运费12元,客服电话稍后提供。"
UNITS_EN = "Refunds take 7 days. Shipping costs 12 dollars to Boston."
NAMES_ZH = "北京是首都。上海是最大的港口。"
NAMES_EN = "We met Maria on Friday. Later we met Peter at noon."
ITEMS_EN = "We sell tea, coffee, milk, and water."
ZH = "杭州明天有小雨,气温17到24度。请带伞!"
EN = "The library in Boston is open until 6 pm on Friday. It holds 420 seats."
MARKDOWN_ZH = "步骤:\n- 打开**设置**\n- 点击保存"
MARKDOWN_EN = "# Steps\n1. Open `Settings`\n2. Press **Save**"
JSON_ZH = '{"城市": "杭州", "天气": "小雨"}'
JSON_EN = '[{"city": "Boston", "days": 3}]'


def find_operator(name: str) -> MutationOperator:
    return next(operator for operator in OPERATORS if operator.name == name)


def sample(name: str, *, chinese: bool) -> str:
    """Return an answer that the operator applies to."""
    if name.startswith("json-"):
        return JSON_ZH if chinese else JSON_EN
    if name in ("unit-changed", "numbers-exchanged", "fact-dropped"):
        return UNITS_ZH if chinese else UNITS_EN
    if name == "names-exchanged":
        return NAMES_ZH if chinese else NAMES_EN
    if name == "item-dropped":
        return MARKDOWN_ZH if chinese else ITEMS_EN
    if name.startswith("markdown-"):
        return MARKDOWN_ZH if chinese else MARKDOWN_EN
    return ZH if chinese else EN


def declare(item: str) -> ExpectationKind:
    """Build an expectation from an item of `expect:`."""
    document = read_yaml(f"- {item}", "scenarios/a.yaml", ScenarioError)
    assert isinstance(document.data, list)
    return build_expectation(document.data[0], document.positions.below(0))


def target(
    answer: str | Reply, *items: str, trial: str = "weather", earlier: Sequence[Reply] = ()
) -> MutationTarget:
    """Return a turn with this answer, and with the expectations of these items."""
    bot_reply = reply(answer) if isinstance(answer, str) else answer
    context = EvaluationContext("天气?", bot_reply, tuple(earlier), bot_reply.answer)
    declared = [declare(item) for item in items]
    verdicts = [expectation.judge(context) for expectation in declared]
    return MutationTarget(
        trial=trial,
        turn=1,
        location=Location("scenarios/a.yaml", 3, 5),
        context=context,
        expectations=[
            TargetExpectation(one, verdict.expected, is_scored=False)
            for one, verdict in zip(declared, verdicts, strict=True)
        ],
        verdicts=verdicts,
    )
