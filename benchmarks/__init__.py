"""Times coze-harness beside its peers, on the same files, in one run: ratios, not seconds."""
