"""Kinds for the language of an answer and for refusals."""
