"""YAML text into plain data, together with where everything stands in it.

PyYAML's event parser (libyaml) does the reading; the events are put together here, in one loop and
without recursion, because libyaml's own composer overflows the C stack on deep nesting and because
nobody else keeps the places, refuses a key written twice and bounds aliases.

Plain data means text, whole numbers, floats, booleans, ``None``, lists, and mappings with text
keys. Dates stay text, as they were written.
"""

from harness.document.places import Written
from harness.document.reading import Document, read
from harness.document.scalars import number

__all__ = ["Document", "Written", "number", "read"]
