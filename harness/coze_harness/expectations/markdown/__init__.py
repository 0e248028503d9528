"""Kinds for the Markdown of an answer and its links."""
