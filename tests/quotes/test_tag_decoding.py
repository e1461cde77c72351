"""From scores to pieces: the likeliest allowed tags, checked against trying all sequences."""

from itertools import pairwise, product

import numpy as np
import pytest

from pipeline.quotes.decoding import TAGS, Reading, best_paths, log_softmax, pieces, transition_scores
from pipeline.quotes.windows import window_of

N = len(TAGS)
O, B, I = TAGS.index("O"), TAGS.index("B-content"), TAGS.index("I-content")  # noqa: E741 - the field's letters
EVEN = transition_scores([[1] * N for _ in TAGS])


def allowed(before: int, tag: int, goes_on: bool) -> bool:
    """Say whether a tag may follow another, in words of its own."""
    if goes_on:
        return TAGS[tag] == ("O" if TAGS[before] == "O" else "I" + TAGS[before][1:])
    return TAGS[tag][0] != "I" or TAGS[before][1:] == TAGS[tag][1:]


@pytest.mark.parametrize("seed", range(6))
def test_the_best_path_is_the_best_of_all_allowed_ones(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = log_softmax(rng.normal(size=(1, 4, N)) * 2)
    continues = np.array([[False, *(rng.random(3) < 0.3)]])

    def total(path: tuple[int, ...]) -> float:
        if TAGS[path[0]][0] == "I":
            return -np.inf
        value = scores[0, 0, path[0]]
        for at, (before, tag) in enumerate(pairwise(path), start=1):
            if not allowed(before, tag, bool(continues[0, at])):
                return -np.inf
            value += scores[0, at, tag] + (0 if continues[0, at] else EVEN[before, tag])
        return float(value)

    best = max(product(range(N), repeat=4), key=total)
    assert best_paths(scores, continues, EVEN)[0].tolist() == list(best)


def test_a_word_in_two_pieces_has_one_role() -> None:
    scores = np.full((1, 3, N), -5.0)
    scores[0, 0, O] = scores[0, 1, B] = scores[0, 2, O] = 0.0
    scores[0, 2, I] = -1.0
    apart, joined = np.array([[False] * 3]), np.array([[False, False, True]])
    assert best_paths(scores, apart, EVEN)[0].tolist() == [O, B, O]
    assert best_paths(scores, joined, EVEN)[0].tolist() == [O, B, I]


def test_pieces_carry_source_cue_and_probability() -> None:
    text = "Olsen said it failed."
    offsets = [(0, 0), (0, 5), (6, 10), (11, 13), (14, 20), (20, 21), (0, 0)]
    tags = [TAGS.index(tag) for tag in ("O", "B-source", "B-cue", "B-content", "I-content", "O", "O")]
    probabilities = np.zeros((7, N))
    probabilities[3, B], probabilities[4, I] = 0.9, 0.7
    sources, cues = np.zeros((7, 7)), np.zeros((7, 7))
    sources[3:5, 1] = cues[3:5, 2] = 1.0
    (piece,) = pieces(window_of(text, 0, 21, []), offsets, Reading(tags, probabilities, sources, cues))
    assert (text[piece.start : piece.end], piece.source, piece.cue) == ("it failed", (0, 5), (6, 10))
    assert piece.probability == pytest.approx(0.8)


def test_a_pointer_to_the_first_token_is_none() -> None:
    offsets = [(0, 0), (0, 2), (3, 9)]
    read = Reading([O, B, I], np.ones((3, N)), np.eye(3)[[0, 0, 0]], np.eye(3)[[0, 0, 0]])
    (piece,) = pieces(window_of("It failed", 0, 9, []), offsets, read)
    assert piece.source is piece.cue is None
