"""Credentials from the environment, and tokens of an OAuth app, renewed in time."""
