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
        ValueError: the text is not JSON, has half a surrogate pair, or a value of another type.
    """
    try:
        return _decoder(kind).decode(source)
    except msgspec.DecodeError as error:
        raise ValueError(str(error)) from error  # that of msgspec 0.19 is none


def convert_to_struct(value: object, kind: type[T]) -> T:
    """Return mappings, lists and scalars as a struct.

    Raises:
        ValueError: a value has another type.
    """
    _decoder(kind)
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error  # as above


def _decoder(kind: type[T]) -> msgspec.json.Decoder[T]:
    decoder = _DECODERS.get(kind)
    if decoder is None:
        with _PREPARING:
            decoder = _DECODERS[kind] = msgspec.json.Decoder(kind)
    return decoder
