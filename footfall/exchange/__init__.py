"""Exchange: figures out of an installation and into one, in files that other tools read."""
