"""From a tagger's scores to pieces of content with their sources and cues."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.quotes.windows import Window

TAGS = ("O", "B-content", "I-content", "B-other", "I-other", "B-source", "I-source", "B-cue", "I-cue")
"""Tags of the tokens; ``other`` is the content of beliefs, wishes and feelings, which nobody uttered."""
TRANSITION_WEIGHT = 0.3
"""Weight of how often one tag follows another beside the scores of the tagger; chosen on PolNeAR's dev split."""
_NEVER = -1e4

Scores = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Piece:
    """One contiguous piece of content, with the spans of its source and cue; half-open offsets in the article.

    Parameters
    ----------
    probability
        Mean probability of the piece's tags, in (0, 1].
    """

    start: int
    end: int
    source: tuple[int, int] | None
    cue: tuple[int, int] | None
    probability: float


class Reading(NamedTuple):
    """What a tagger says of one window.

    Parameters
    ----------
    tags
        Index of each token's tag.
    probabilities
        Shape [tokens, tags].
    sources, cues
        Scores, shape [tokens, tokens]: of each content token, which token begins its source and cue; 0 is none.
    """

    tags: Sequence[int]
    probabilities: Scores
    sources: Scores
    cues: Scores


def log_softmax(scores: Scores) -> Scores:
    """Return logarithms of probabilities over the last axis."""
    shifted = scores - scores.max(-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(-1, keepdims=True)))


def transition_scores(counts: Sequence[Sequence[int]]) -> Scores:
    """Return the score of each tag after each other, shape [tags, tags]; an inside follows its own role alone.

    Parameters
    ----------
    counts
        How often the second tag followed the first in the training data, shape [tags, tags].

    Raises
    ------
    ValueError
        If they have another shape.
    """
    smoothed = np.asarray(counts, dtype=np.float64) + 1
    if smoothed.shape != (len(TAGS), len(TAGS)):
        raise ValueError("transitions are not one number a pair of tags")
    scores = TRANSITION_WEIGHT * np.log(smoothed / smoothed.sum(-1, keepdims=True))
    for inside in range(2, len(TAGS), 2):
        allowed = np.isin(np.arange(len(TAGS)), (inside - 1, inside))
        scores[~allowed, inside] = _NEVER
    return np.asarray(scores)


def best_paths(scores: Scores, continues: npt.NDArray[np.bool_], transitions: Scores) -> npt.NDArray[np.intp]:
    """Return the likeliest tags of each window by the Viterbi algorithm, shape [windows, tokens].

    Parameters
    ----------
    scores
        Log probabilities, shape [windows, tokens, tags].
    continues
        Tokens that go on with the word of the token before: they stay in its role.
    transitions
        Of ``transition_scores``.
    """
    windows, tokens, tags = scores.shape
    within = np.full((tags, tags), _NEVER)
    for tag in range(tags):
        within[tag, tag + tag % 2] = 0  # a word goes on inside its role, or outside all
    best = scores[:, 0].copy()
    best[:, 2::2] = _NEVER
    back = np.zeros((tokens, windows, tags), dtype=np.intp)
    for at in range(1, tokens):
        step = np.where(continues[:, at, None, None], within, transitions)
        arriving = best[:, :, None] + step
        back[at] = arriving.argmax(1)
        best = arriving.max(1) + scores[:, at]
    paths = np.empty((windows, tokens), dtype=np.intp)
    paths[:, -1] = best.argmax(-1)
    for at in range(tokens - 1, 0, -1):
        paths[:, at - 1] = back[at][np.arange(windows), paths[:, at]]
    return paths


def pieces(window: Window, offsets: Sequence[tuple[int, int]], read: Reading) -> list[Piece]:
    """Return the pieces of content in a window.

    Parameters
    ----------
    offsets
        Spans of the tokens in the window's text; empty ones are the tokenizer's own.
    """
    found = []
    for begin, end in _runs(read.tags, TAGS.index("B-content")):
        if offsets[begin][0] == offsets[begin][1]:
            continue
        start, stop = window.article_offset(offsets[begin][0]), window.article_offset(offsets[end - 1][1] - 1) + 1
        source = _pointed(window, offsets, read.tags, int(read.sources[begin:end].sum(0).argmax()), "I-source")
        cue = _pointed(window, offsets, read.tags, int(read.cues[begin:end].sum(0).argmax()), "I-cue")
        found.append(Piece(start, stop, source, cue, float(read.probabilities[begin:end, 1:3].sum()) / (end - begin)))
    return found


def _runs(tags: Sequence[int], first: int) -> Iterator[tuple[int, int]]:
    """Yield the half-open runs of one role's tags; ``first`` is its B tag, the next its I tag."""
    begin = None
    for at, tag in enumerate([*tags, 0]):
        inside = tag in (first, first + 1)
        if begin is not None and (not inside or tag == first):
            yield begin, at
            begin = None
        if inside and begin is None:
            begin = at


def _pointed(
    window: Window, offsets: Sequence[tuple[int, int]], tags: Sequence[int], head: int, inside: str
) -> tuple[int, int] | None:
    """Return the span that begins at a token, as far as the tag for the inside of its role goes; None for token 0."""
    if head == 0 or offsets[head][0] == offsets[head][1]:
        return None
    end = head + 1
    while end < len(offsets) and tags[end] == TAGS.index(inside):
        end += 1
    start, stop = offsets[head][0], offsets[end - 1][1]
    return (window.article_offset(start), window.article_offset(stop - 1) + 1) if stop > start else None
