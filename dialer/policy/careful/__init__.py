"""Careful defaults, as the laws and codes were read in 2026. Each says in `source` what it comes from."""
