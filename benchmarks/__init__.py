"""Measurements as ratios in one run. Results are files in ``benchmarks/results`` with date, machine and command."""
