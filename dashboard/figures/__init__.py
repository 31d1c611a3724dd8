"""Figures: what a view asks of the store, and what comes back as numbers."""
