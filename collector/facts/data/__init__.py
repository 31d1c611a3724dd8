"""Tables of facts: hosts, channels, click ids, currencies, spam hosts; first lines say whence."""
