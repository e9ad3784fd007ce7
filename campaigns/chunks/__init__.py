"""Provider tasks: a chunk of a list's entries handed over in one request."""
