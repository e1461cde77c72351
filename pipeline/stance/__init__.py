"""Stance classifiers behind one protocol."""
