"""YAML text into plain data, together with the position of every value.

PyYAML's event parser (libyaml) reads the text; the events are put together here, in one loop and
without recursion, because libyaml's own composer overflows the C stack on deep nesting and neither
keeps positions, nor rejects a key written twice, nor limits aliases.

Plain data means text, whole numbers, floats, booleans, `None`, lists, and mappings with text keys.
Dates stay text, as they were written.
"""

from coze_harness.yaml_source.scalars import number
from coze_harness.yaml_source.source_map import YamlPositions
from coze_harness.yaml_source.yaml_reader import YamlDocument, read_yaml

__all__ = ["YamlDocument", "YamlPositions", "number", "read_yaml"]
