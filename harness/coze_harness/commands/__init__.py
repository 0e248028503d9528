"""Joins the rooms: the only one that knows all the others."""
