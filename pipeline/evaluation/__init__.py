"""Metrics, their uncertainty, and comparison of runs."""
