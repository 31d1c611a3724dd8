"""Queries of the commands."""
