"""Kinds for numbers, dates and facts that an answer states."""
