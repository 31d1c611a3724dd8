"""Rendering: figures as people read them, in words, links, charts and pages."""
