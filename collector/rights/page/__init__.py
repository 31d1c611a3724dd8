"""Privacy page: what a visitor sees and asks for without an account, and the notice beside it."""
