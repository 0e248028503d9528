"""Kinds that compare an answer with another text: similar, meaning, same_as_baseline."""
