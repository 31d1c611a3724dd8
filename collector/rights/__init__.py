"""Rights: what visitors may see and ask, and where what they decided is written down."""
