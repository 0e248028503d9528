"""Kinds for the wording of an answer: texts, patterns, order, length, questions."""
