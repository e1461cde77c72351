"""Gold annotations, splits and the checks that keep them honest."""
