"""Footfall: web analytics for shops that count without knowing who came in."""
