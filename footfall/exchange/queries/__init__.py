"""Queries of exports and imports."""
