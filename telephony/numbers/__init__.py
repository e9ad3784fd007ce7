"""Telephone numbers: how people write them, and what a numbering plan says about them."""
