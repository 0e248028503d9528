"""Kinds for what an answer must not reveal: personal data, the prompt."""
