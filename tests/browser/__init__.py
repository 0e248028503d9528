"""The report's page in a real browser. A package, so that its browser ends with its last test."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
