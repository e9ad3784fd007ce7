"""Do-not-call lists: who must not be called, and how people and files say so."""
