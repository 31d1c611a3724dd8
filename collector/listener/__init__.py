"""Listener: how a request arrives at the public listener, and how it is answered."""
