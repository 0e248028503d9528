"""Facts of Chinese and English texts: numbers with units, dates, negations and names.

Two texts with the same facts may differ in wording, order and notation; a reviewer wants to know
when an amount, a date, a name or a negation differs.
"""

from coze_harness.text.facts.fact import Fact, FactChange, FactChanges, FactKind
from coze_harness.text.facts.fact_comparison import compare_facts
from coze_harness.text.facts.fact_extraction import extract_facts

__all__ = ["Fact", "FactChange", "FactChanges", "FactKind", "compare_facts", "extract_facts"]
