"""Data: facts about the demonstration's visitors, one table a file."""
