"""JSON into the structs of msgspec, by several threads at once."""

from __future__ import annotations

import threading
from typing import Any, Final, TypeVar

import msgspec

T = TypeVar("T")

# msgspec 0.22 puts the types of the fields on the class before they are complete. A thread that
# decodes the class in that moment ends the process with a segmentation fault.
_PREPARING: Final = threading.Lock()
_DECODERS: Final[dict[type, msgspec.json.Decoder[Any]]] = {}


def decode_struct(source: bytes, kind: type[T]) -> T:
    """Return a UTF-8 JSON text as a struct.

    Raises:
        msgspec.DecodeError: the text is not JSON; ValidationError, a subclass, if a value has
            another type.
    """
    return _decoder(kind).decode(source)


def convert_to_struct(value: object, kind: type[T]) -> T:
    """Return mappings, lists and scalars as a struct.

    Raises:
        msgspec.ValidationError: a value has another type.
    """
    _decoder(kind)
    return msgspec.convert(value, kind)


def _decoder(kind: type[T]) -> msgspec.json.Decoder[T]:
    decoder = _DECODERS.get(kind)
    if decoder is None:
        with _PREPARING:
            decoder = _DECODERS[kind] = msgspec.json.Decoder(kind)
    return decoder
