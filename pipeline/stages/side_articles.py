"""The articles of some rows, copied beside a table of them, so that every command takes it as it takes the whole."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline.parts import beside
from pipeline.storage import ARTICLE_SCHEMA, read_table, side_path, write_table


def copy_articles(tables: Sequence[Path], out: Path, wanted: set[str]) -> list[Path]:
    """Return the file with the articles of these ids beside ``out``; no file where no table has articles beside it."""
    given = [side for table in tables if (side := beside(table, "articles.parquet")).exists()]
    if not given:
        return []
    rows = {row["article_id"]: row for side in given for row in read_table(side) if row["article_id"] in wanted}
    copied = side_path(out, "articles.parquet")
    write_table(copied, list(rows.values()), ARTICLE_SCHEMA)
    return [copied]
