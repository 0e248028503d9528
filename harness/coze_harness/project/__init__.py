"""An opened project: its settings, trials, recordings, runs, and the way to its services."""
