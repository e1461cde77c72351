"""A small token tagger for speech without quotation marks: a folder of plain files, read by onnxruntime.

::

    models/indirect/
    ├── tagger.onnx       tokens -> logits of the tags; which token begins the source and the cue of each
    ├── tokenizer.json    word pieces, as the tokenizers library reads them
    ├── tagger.json       tags, how often one follows another, the words without which no sentence is read, sha256 of
    │                     the two others
    └── README.md         the card

It is made by ``pipeline.stance.token_tagger``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.errors import ModelError
from pipeline.files import sha256_file
from pipeline.onnx_runtime import onnx_runtime
from pipeline.quotes.decoding import (
    TAGS,
    Piece,
    Reading,
    Scores,
    best_paths,
    log_softmax,
    pieces,
    transition_scores,
)
from pipeline.quotes.windows import Window

FORMAT = 1
"""Version of the folder's layout; a reader refuses any other."""
FILES = ("tagger.onnx", "tokenizer.json")

_WORD = re.compile(r"[a-z]+")
_QUOTED, _CUE = 1, 2
_BATCH = 320
"""Tokens, padding included, that are read at a time."""


class Tagger:
    """Finds contents, sources and cues in windows.

    Parameters
    ----------
    folder
        As shown above.

    Raises
    ------
    ModelError
        If the folder is missing, damaged or of another format, or its two packages are not installed.
    """

    def __init__(self, folder: Path) -> None:
        card = _card(folder)
        try:
            onnxruntime = onnx_runtime()
            from tokenizers import Tokenizer
        except ImportError as error:
            raise ModelError(f"indirect speech needs {error.name}; install it: pip install {error.name}") from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # one article after the other, on one core
        self._session = onnxruntime.InferenceSession(
            (folder / "tagger.onnx").read_bytes(), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(card.max_tokens)
        self.cue_words, self._transitions = card.cue_words, card.transitions

    def reads(self, window: Window) -> bool:
        """Tell whether a window holds a word that may report speech, outside its quotations."""
        return _CUE in marked(window, self.cue_words)

    def tag(self, windows: Sequence[Window]) -> list[list[Piece]]:
        """Return the contents of each window, in order."""
        encodings = self._tokenizer.encode_batch([window.text for window in windows])
        found: list[list[Piece]] = [[] for _ in windows]
        for batch in _batches([len(encoding.ids) for encoding in encodings]):
            self._tag(windows, encodings, batch, found)
        return found

    def _tag(
        self, windows: Sequence[Window], encodings: Sequence[Any], batch: Sequence[int], found: list[list[Piece]]
    ) -> None:
        import numpy as np

        width = max(len(encodings[index].ids) for index in batch)
        inputs = {name: np.zeros((len(batch), width), dtype=np.int64) for name in ("ids", "mask", "types")}
        continues = np.zeros((len(batch), width), dtype=np.bool_)
        for row, index in enumerate(batch):
            encoding = encodings[index]
            n = len(encoding.ids)
            inputs["ids"][row, :n] = encoding.ids
            inputs["mask"][row, :n] = 1
            words = encoding.word_ids
            continues[row, 1:n] = [word is not None and word == last for last, word in pairwise(words)]
            inputs["types"][row, :n] = token_types(windows[index], encoding.offsets, self.cue_words)
        tags, sources, cues = self._session.run(None, inputs)
        scores = log_softmax(tags)
        paths = best_paths(scores, continues, self._transitions)
        for row, index in enumerate(batch):
            n = len(encodings[index].ids)
            read = Reading(paths[row, :n].tolist(), np.exp(scores[row, :n]), sources[row, :n, :n], cues[row, :n, :n])
            found[index] = pieces(windows[index], encodings[index].offsets, read)


def marked(window: Window, cue_words: Collection[str]) -> bytearray:
    """Return the type of each character: 1 in quotation marks, 2 in a word that may report speech, else 0."""
    text = window.text.lower()
    if len(text) != len(window.text):  # a capital whose small letter is two characters
        text = window.text
    marks = bytearray(len(text))
    for word in _WORD.finditer(text):
        if word[0] in cue_words:
            marks[slice(*word.span())] = bytes([_CUE]) * len(word[0])
    for start, end in window.quoted:
        marks[start:end] = bytes([_QUOTED]) * (end - start)
    return marks


def token_types(window: Window, offsets: Sequence[tuple[int, int]], cue_words: Collection[str]) -> list[int]:
    """Return the type of each token, that of its first character; 0 for the tokenizer's own, which are empty."""
    marks = marked(window, cue_words)
    return [marks[start] if start < end else 0 for start, end in offsets]


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield the indices of windows to be read at a time, near in length, so that little is padding."""
    batch: list[int] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[index] > _BATCH:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def check(folder: Path) -> None:
    """Raise ``ModelError`` unless the folder holds a tagger, its files those that it was saved with."""
    _card(folder)


class _Card(NamedTuple):
    """What ``tagger.json`` says of how to read."""

    cue_words: frozenset[str]
    max_tokens: int
    transitions: Scores


def _card(folder: Path) -> _Card:
    """Return what ``tagger.json`` says, after every file beside it was checked."""
    path = folder / "tagger.json"
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
        if card["format"] != FORMAT or tuple(card["tags"]) != TAGS:
            raise ModelError(f"{path}: is of another format; this version reads format {FORMAT}")
        read = _Card(
            frozenset(map(str, card["cue_words"])), int(card["max_tokens"]), transition_scores(card["transitions"])
        )
        for name in FILES:
            if sha256_file(folder / name) != card["sha256"][name]:
                raise ModelError(f"{folder / name}: is not the file that the tagger was saved with; get it again")
    except FileNotFoundError as error:
        raise ModelError(f"{error.filename}: is missing; indirect speech needs the tagger that comes along") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{path}: is damaged ({error}); get it again") from error
    return read
