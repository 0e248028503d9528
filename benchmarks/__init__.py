"""Measures coze-harness and its peers on the same files, in one run: ratios, not seconds."""
