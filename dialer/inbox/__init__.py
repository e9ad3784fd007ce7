"""Callbacks of providers: stored first, believed later."""
