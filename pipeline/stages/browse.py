"""Browse: scored tables -> one HTML page of who said what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import InputError
from pipeline.files import write_text
from pipeline.findings.counting import Count
from pipeline.findings.tables import whole
from pipeline.parts import beside
from pipeline.report.browse import browse_page
from pipeline.stages.actor_file import actors_of
from pipeline.stages.extraction import check_apart
from pipeline.stages.scored import counted, read_scored

_ENDINGS = (".html", ".htm")


@dataclass(frozen=True, slots=True)
class Browsed:
    """What stands on the page, and what is to be told about it."""

    quotes: int
    articles: int
    notes: tuple[str, ...]


def run(
    paths: Sequence[Path],
    out: Path,
    *,
    count: Count = "mention",
    people: Path | None = None,
    title: str = "Who said what",
) -> Browsed:
    """Return what stands on the page that was written.

    Parameters
    ----------
    paths
        Scored tables, or folders of parts; addresses of articles come from the article tables beside them.
    count
        What counts and shares are over.
    people
        The analyst's file of actors.

    Raises
    ------
    InputError
        If a table cannot be read, is of another version or damaged, or the page cannot be written.
    """
    if out.suffix not in _ENDINGS:
        raise InputError(f"{out}: is to be an HTML page; end the name in .html")
    check_apart(list(map(str, [*paths, *filter(None, [people])])), [out])
    articles = any(beside(path, "articles.parquet").exists() for path in paths)
    corpus = read_scored(paths, articles=articles)
    rows, left_out = counted(corpus, paths)
    actors, unsure = actors_of(people, rows)
    write_text(out, browse_page(corpus, count=count, actors=actors, title=whole(title), notes=unsure))
    return Browsed(len(rows), len({row.article_id for row in rows}), (*corpus.warnings, *left_out, *unsure))
