"""The wire: what is sent, what can go wrong with it, and reading what comes back without trust."""
