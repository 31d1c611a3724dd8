"""Sign-in: who asks, from their password to what is for them."""
