"""Compares trials, scenarios and bots of two sides, and tests whether a change is significant.

`compare_trial` compares one trial. `ComparisonBuilder` adds such results up, one by one, to an
assessment of each scenario with each bot, and to the differences of the bots themselves.
"""
