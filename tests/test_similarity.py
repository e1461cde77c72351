import random

import pytest

from pipeline import shingles as sets
from pipeline.shingles import shingles
from pipeline.similarity import NearDuplicates, clusters, near_duplicates

LONG = "“We have looked at every part of this network for two years and found nothing that we could not explain,”"
CLIPPED = "'found nothing that we could not explain'"
EDITED = "“We have looked at each part of this network for two years and found nothing that we could not explain.”"
OTHER = "“The committee will meet again on Thursday, and it will have the report of the auditors before it,”"
PHRASE = "“There will be plenty of time to have this conversation,”"
SAME_PHRASE = "“There will be plenty of time to take a look at their recommendations once they come forward,”"


def words(seed: int, count: int) -> str:
    generator = random.Random(seed)
    return " ".join(f"w{generator.randrange(5000)}" for _ in range(count))


def test_clipped_and_edited_quotes_are_near_duplicates_and_others_are_not() -> None:
    assert near_duplicates([LONG, OTHER, CLIPPED, EDITED]) == [(0, 2), (0, 3), (2, 3)]


def test_a_shared_turn_of_phrase_is_no_near_duplicate() -> None:
    assert near_duplicates([PHRASE, SAME_PHRASE]) == []


def test_short_quotes_match_nothing_even_when_equal() -> None:
    short = "“It is not true,”"
    assert near_duplicates([short, short]) == []
    assert near_duplicates([short, short], min_words=1) == [(0, 1)]


def test_every_pair_of_equal_texts_is_returned() -> None:
    assert near_duplicates([LONG, LONG, OTHER, LONG]) == [(0, 1), (0, 3), (1, 3)]


def test_clusters_join_through_a_third_text_and_carry_the_smallest_index() -> None:
    a, b, c = words(1, 40), words(2, 40), words(3, 40)
    assert clusters([c, f"{a} {b}", a, b]) == [0, 1, 1, 1]


def test_texts_without_words_match_nothing() -> None:
    assert clusters(["…", "…", ""], min_words=1) == [0, 1, 2]


def test_case_marks_and_apostrophes_do_not_matter() -> None:
    assert shingles("Don’t STOP — the music", 3).tolist() == shingles("don't stop the music", 3).tolist()


@pytest.mark.parametrize("threshold", [0.0, 1.1, -1.0])
def test_a_threshold_outside_its_range_is_refused(threshold: float) -> None:
    with pytest.raises(ValueError, match="threshold"):
        NearDuplicates(threshold)


def test_a_short_copy_of_an_article_is_found() -> None:
    article = words(1, 800)
    brief = f"{words(2, 30)} {' '.join(article.split()[:200])}"
    index = NearDuplicates(discount=True)
    for text in (article, words(3, 800), brief):
        index.add(text)
    assert index.pairs() == [(0, 2)]


def test_standing_text_of_an_outlet_makes_no_copies_but_many_copies_of_one_story_stay_together() -> None:
    appeal, story = words(1, 400), words(2, 400)
    articles = [f"{words(10 + n, 400)} {appeal}" for n in range(8)]
    copies = [f"{story} {words(30 + n, 20)}" for n in range(8)]
    index, plain = NearDuplicates(discount=True), NearDuplicates(discount=False)
    for text in articles + copies:
        index.add(text)
        plain.add(text)
    assert index.clusters() == [*range(8), *[8] * 8]
    assert plain.clusters() == [*[0] * 8, *[8] * 8]


def test_candidates_agree_with_a_comparison_of_all_pairs() -> None:
    generator = random.Random(5)
    base = [words(seed, 60) for seed in range(12)]
    texts = [*base]
    for text in base:
        parts = text.split()
        cut = generator.randrange(15, 60)
        texts.append(" ".join([*parts[:cut], *words(generator.randrange(999), 60 - cut).split()]))
    sets = [set(shingles(text, 3).tolist()) for text in texts]
    expected = [
        (i, j)
        for i in range(len(texts))
        for j in range(i + 1, len(texts))
        if len(sets[i] & sets[j]) >= 0.5 * min(len(sets[i]), len(sets[j]))
    ]
    assert near_duplicates(texts, 0.5) == expected
    assert expected  # the comparison is not empty


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Return a list that fills with the pairs compared in full."""
    pairs: list[tuple[int, int]] = []
    alike = sets.Containment.__call__

    def counted(self: sets.Containment, a: int, b: int) -> bool:
        pairs.append((a, b))
        return alike(self, a, b)

    monkeypatch.setattr(sets.Containment, "__call__", counted)
    return pairs


def test_hundreds_of_copies_of_one_story_are_one_cluster_after_few_comparisons(
    compared: list[tuple[int, int]],
) -> None:
    story = words(1, 60)
    index = NearDuplicates(discount=True)
    for number in range(400):
        index.add(f"{story} {words(10 + number, 20)}")
    assert index.clusters() == [0] * 400
    assert len(compared) < 1000


def test_standing_text_of_a_very_large_outlet_makes_no_candidates(
    compared: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    appeal = words(1, 300)
    index = NearDuplicates(discount=True)
    for number in range(60):
        index.add(f"{words(10 + number, 200)} {appeal}")
    monkeypatch.setattr(sets, "_STANDING", 40)
    assert index.clusters() == list(range(60))
    assert len(compared) < 60
