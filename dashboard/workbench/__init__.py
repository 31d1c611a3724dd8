"""Workbench: the page where questions are asked in SQL."""
