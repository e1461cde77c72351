"""What an analyst finds in a scored corpus: who says what, how often, and how sure that is."""
