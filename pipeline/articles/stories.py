"""Near-duplicate, shortened and syndicated copies of one story get one story id."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.records import Article
from pipeline.similarity import ARTICLE_SHINGLE, ARTICLE_THRESHOLD, NearDuplicates


class StoryIndex:
    """Takes in articles one by one and groups them at the end; texts are not kept.

    Two articles tell one story where the shorter has at least ``threshold`` of its four-word runs in common with the
    longer, what stands in many articles counting little (see ``similarity.NearDuplicates``); and a copy of a copy is
    a copy.

    Parameters
    ----------
    threshold
        Least share of the shorter article, in (0, 1].
    """

    def __init__(self, threshold: float = ARTICLE_THRESHOLD) -> None:
        self._texts = NearDuplicates(threshold, size=ARTICLE_SHINGLE, discount=True)
        self._ids: list[str] = []

    def add(self, article: Article) -> None:
        """Take in one article."""
        self._texts.add(article.text)
        self._ids.append(article.article_id)

    def in_order(self) -> list[str]:
        """Return the story id of each article, in the order that they were taken in.

        It is the smallest article id of the story, whatever that order.
        """
        roots = self._texts.clusters()
        smallest = list(self._ids)
        for root, article_id in zip(roots, self._ids, strict=True):
            smallest[root] = min(smallest[root], article_id)
        return [smallest[root] for root in roots]

    def stories(self) -> dict[str, str]:
        """Return article id to story id."""
        return dict(zip(self._ids, self.in_order(), strict=True))


def group(articles: Iterable[Article], threshold: float = ARTICLE_THRESHOLD) -> dict[str, str]:
    """Return article id to story id; see ``StoryIndex``."""
    index = StoryIndex(threshold)
    for article in articles:
        index.add(article)
    return index.stories()
