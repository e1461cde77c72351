"""From files to cleaned articles: reading, cleaning, and grouping copies of one story."""
