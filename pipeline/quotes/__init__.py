"""From a cleaned article to its quotations and their speakers."""
