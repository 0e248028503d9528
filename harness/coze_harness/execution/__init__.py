"""Executes trials: live conversations by due time, replays in batches of processes."""
