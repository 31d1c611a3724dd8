"""Tables of facts: hosts, click ids, currencies and spam hosts; each file's first lines say whence."""
