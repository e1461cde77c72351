import random
from dataclasses import replace

import pytest

from pipeline.articles.stories import StoryIndex, group
from pipeline.records import Article


def prose(seed: int, count: int) -> str:
    generator = random.Random(seed)
    return " ".join(f"word{generator.randrange(4000)}" for _ in range(count))


STORY = prose(1, 600)
ARTICLES = [
    Article("d1", STORY, "a.txt"),
    Article("a2", prose(2, 500), "b.txt"),
    Article("c3", STORY, "c.txt"),
    Article("b4", " ".join(STORY.split()[:180]) + " " + prose(3, 20), "d.txt"),
]
STORIES = {"d1": "b4", "a2": "a2", "c3": "b4", "b4": "b4"}


def test_exact_and_shortened_copies_share_the_smallest_id() -> None:
    assert group(ARTICLES) == STORIES


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_articles_does_not_matter(seed: int) -> None:
    shuffled = random.Random(seed).sample(ARTICLES, len(ARTICLES))
    assert group(shuffled) == STORIES


def test_a_threshold_of_one_keeps_edited_copies_apart() -> None:
    edited = replace(ARTICLES[0], article_id="e5", text=STORY.replace(STORY.split()[100], "changed"))
    assert group([ARTICLES[0], edited], threshold=1.0) == {"d1": "d1", "e5": "e5"}
    assert group([ARTICLES[0], edited]) == {"d1": "d1", "e5": "d1"}


def test_an_empty_index_has_no_stories() -> None:
    assert StoryIndex().stories() == {}
