"""Kinds for more than the answer: messages, tool calls, times, tokens, turns, status."""
