"""Scored tables from disk, for every stage that finds something in them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline.errors import InputError
from pipeline.findings.countable import countable
from pipeline.findings.scored import ScoredCorpus, ScoredRow
from pipeline.findings.tables import joined, parse_rows, warnings_of
from pipeline.parts import beside, is_folder, read_parts
from pipeline.records import Article
from pipeline.storage import read_articles


def read_scored(paths: Sequence[Path], *, articles: bool = False) -> ScoredCorpus:
    """Return the rows of scored tables, each once, and what is to be told about them.

    Parameters
    ----------
    paths
        Tables of ``stance score``, or folders of parts.
    articles
        Read the articles beside the tables, too; a table without them is told among the warnings.

    Raises
    ------
    InputError
        If a table cannot be read, is of another version or damaged, or no table holds a quotation.
    """
    tables: list[list[ScoredRow]] = []
    lacking: set[str] = set()
    for path in paths:
        if is_folder(path) and not path.is_dir():
            raise InputError(f"{path}: no such table; write it with `stance score`")
        rows, missing = parse_rows(read_parts(path), str(path))
        tables.append(rows)
        lacking |= set(missing)
    named = ", ".join(map(str, paths))
    kept, again = joined(tables)
    if not kept:
        raise InputError(f"{named}: no quotation in it; score articles that quote somebody with `stance score`")
    if not any(row.is_statement for row in kept):
        raise InputError(f"{named}: no statement in it, only terms and titles; score other articles")
    found, absent = _articles(paths) if articles else ({}, ())
    return ScoredCorpus(tuple(kept), (*warnings_of(kept, again=again, lacking=lacking), *absent), found)


def _articles(paths: Sequence[Path]) -> tuple[dict[str, Article], tuple[str, ...]]:
    """Return the articles beside tables by their ids, and a line for each table without."""
    found: dict[str, Article] = {}
    absent = []
    for path in paths:
        side = beside(path, "articles.parquet")
        if side.exists():
            found |= {article.article_id: article for article in read_articles(side)}
        else:
            absent.append(f"{side}: not there, so quotes of {path} are shown without their articles")
    return found, tuple(absent)


def counted(corpus: ScoredCorpus, tables: Sequence[Path]) -> tuple[list[ScoredRow], tuple[str, ...]]:
    """Return the statements of tables that have a target, and a line for each kind of row that is left out.

    Raises
    ------
    InputError
        If no statement has one.
    """
    rows, left_out = countable(corpus)
    if not rows:
        raise InputError(f"{tables[0]}: no statement has a target, so no stance means anything; score with --target")
    return rows, left_out
