"""Writer: batches out of the journal into the store, each exactly once."""
