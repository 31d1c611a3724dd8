"""Facts: what is told of a beacon, one question each; `data/` holds what that is looked up in."""
