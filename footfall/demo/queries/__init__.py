"""Queries of the demonstration."""
