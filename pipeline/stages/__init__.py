"""The stages: each one thin file that joins the nouns, reads files and writes files."""
