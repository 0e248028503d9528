"""YAML text into plain data, together with where everything stands in it.

PyYAML's event parser (libyaml) does the reading; the events are put together here, in one loop and
without recursion, because libyaml's own composer overflows the C stack on deep nesting and because
nobody else keeps the places, refuses a key written twice and bounds aliases.

Plain data means text, whole numbers, floats, booleans, ``None``, lists, and mappings with text
keys. Dates stay text, as they were written.
"""

from coze_harness.yaml_source.scalars import number
from coze_harness.yaml_source.source_map import YamlPositions
from coze_harness.yaml_source.yaml_reader import YamlDocument, read_yaml

__all__ = ["YamlDocument", "YamlPositions", "number", "read_yaml"]
