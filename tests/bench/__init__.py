"""Benchmarks: each job against a floor (the bare operation) and a peer (what one would write first), in one run.

They are no tests: machines are noisy, so only the ratios of one run mean something, and nothing fails on a time.
"""
