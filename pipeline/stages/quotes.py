"""Quotes: files -> articles with their quotations marked, to look at; one HTML page of them where it is asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from pipeline.articles.sources import STDIN
from pipeline.config import IngestConfig, load_topics
from pipeline.errors import InputError
from pipeline.files import atomic_path
from pipeline.highlight import View, page, view
from pipeline.stages.correction import Corrector
from pipeline.stages.extraction import RejectLog, check_apart, extract

_COUNTED = 1000
"""So many articles beyond the limit are counted: an archive is not read to its end for one number."""

_TOLD = ("article_id", "source", "title", "outlet", "published", "url", "byline", "dateline", "target", "text")
"""What JSON tells of an article, with the names of the article table."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What there is to show.

    Parameters
    ----------
    views
        The articles, in the order in which they were read.
    notes
        Lines about what is not shown: articles beyond the limit, and what could not be read.
    """

    views: tuple[View, ...]
    notes: tuple[str, ...]

    def as_list(self) -> list[dict[str, Any]]:
        """Return the articles as JSON-ready values: what is known of each, its text, and the rows of its quotes."""
        return [
            {name: getattr(shown.article, name) for name in _TOLD} | {"quotes": [dict(p.row) for p in shown.pieces]}
            for shown in self.views
        ]


def run(
    config: IngestConfig,
    *,
    limit: int,
    html: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Shown:
    """Return the articles with their quotations, and write the page where there is to be one.

    Parameters
    ----------
    config
        Paths and limits; the output and the threshold of stories are not used.
    limit
        Articles to show; those beyond it are counted.
    html
        The page to write.
    progress
        Called after each article with the number of articles and quotes so far.

    Raises
    ------
    InputError
        If a path is missing, nothing could be read, too much was rejected, or the page cannot be written.
    """
    if html is None:
        return _shown(config, limit, progress)
    _check_page(config, html)
    # Opened first: whether the page can be written is not found out after a long reading.
    with atomic_path(html) as temporary:
        shown = _shown(config, limit, progress)
        temporary.write_text(page(shown.views, notes=shown.notes), encoding="utf-8", newline="\n")
    return shown


def _shown(config: IngestConfig, limit: int, progress: Callable[[int, int], None] | None) -> Shown:
    counts: Counter[str] = Counter()
    rejects = RejectLog(lambda _: None, strict=config.strict)
    corrector = Corrector(config.corrections)
    found = extract(config.paths, config, load_topics(), rejects, counts, corrector=corrector)
    views = []
    for article, rows in islice(found, limit + _COUNTED + 1):
        if counts["articles"] <= limit:
            views.append(view(article, rows))
        if progress:
            progress(counts["articles"], counts["quotes"])
    rejects.check(counts["articles"], config.max_reject_share)
    notes = [*_notes(counts["articles"] - len(views), rejects), corrector.settle(rejects, counts)]
    return Shown(tuple(views), tuple(filter(None, notes)))


def _check_page(config: IngestConfig, html: Path) -> None:
    """Raise ``InputError`` where a page cannot be written, before anything is read."""
    if html.is_dir():
        raise InputError(f"{html}: is a folder; name a file in it, for instance {html / 'quotes.html'}")
    if str(html) == STDIN:
        raise InputError("-: a page is written to a file; name one, for instance --html quotes.html")
    check_apart([*config.paths, *map(str, config.corrections)], [html], option="--html")


def _notes(left_out: int, rejects: RejectLog) -> Iterator[str]:
    if left_out:
        number = f"more than {_COUNTED:,}" if left_out > _COUNTED else str(left_out)
        yield f"{number} more article{'s are' if left_out > 1 else ' is'} left out; raise --limit to see more"
    if rejects.first:
        reasons = ", ".join(f"{reason} {count}" for reason, count in rejects.reasons.most_common())
        yield f"not read: {rejects.reasons.total()} ({reasons}), for instance {rejects.example}"
