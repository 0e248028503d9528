"""Keys of an OAuth app, made for a test."""

from __future__ import annotations

from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)


@cache
def pem(kind: str = "rsa") -> str:
    """Return a private key as PEM text: `rsa`, `ec`, or `locked` (an RSA key with a password)."""
    key = (
        ec.generate_private_key(ec.SECP256R1())
        if kind == "ec"
        else rsa.generate_private_key(65537, 2048)
    )
    lock: KeySerializationEncryption = NoEncryption()
    if kind == "locked":
        lock = BestAvailableEncryption(b"password")
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock).decode()
