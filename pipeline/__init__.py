"""quotestance: every quoted statement of a news article, its speaker, and its stance toward a restriction."""

__version__ = "0.1.0"
