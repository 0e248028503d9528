"""Candidates, their comparison with the baseline, promotion, and the check of cassettes."""
