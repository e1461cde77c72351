"""Networks and their tokenizers as onnxruntime and tokenizers read them, one text at a time."""

from __future__ import annotations

import gzip
import json
import os
import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from pipeline.errors import ModelError
from pipeline.onnx_runtime import onnx_runtime
from pipeline.stance.spans import Text, spans

MODEL, TOKENIZER = "model.onnx.gz", "tokenizer.json"

THREADS = "QUOTESTANCE_THREADS"
"""Environment variable: how many statements are read at a time, one a core. Results do not depend on it."""

_GZIP = 31

Vectors = npt.NDArray[np.float32]
Feed = dict[str, npt.NDArray[np.int64]]


class Graph:
    """A network and its tokenizer, as onnxruntime reads them.

    Each text goes through the network alone. 8-bit activations of one batch share a scale, so that in a batch a row's
    result would depend on the rows beside it. On a CPU batches would not even be faster: one row keeps a core busy, its
    activations stay in the cache, and nothing is padded.

    Parameters
    ----------
    model, tokenizer
        Contents of the unpacked ``model.onnx.gz`` and of ``tokenizer.json``.
    max_tokens
        Longer texts are cut: of a pair, the longer one.

    Raises
    ------
    ModelError
        If they are no network and no tokenizer, or one of the two packages is not installed.
    """

    def __init__(self, model: bytes, tokenizer: str, max_tokens: int) -> None:
        self.model, self.tokenizer, self.max_tokens = model, tokenizer, max_tokens
        self._session = open_session(model)
        self._inputs = [given.name for given in self._session.get_inputs()]
        self.shape: list[int] = self._session.get_outputs()[0].shape[1:]
        self._tokenizer = _tokenizer(tokenizer)
        self._tokenizer.enable_truncation(max_tokens, strategy="longest_first")

    def outputs(self, texts: Sequence[Text]) -> Vectors:
        """Return what the network says of each text, shape [n, *shape]; each distinct one is read once."""
        places = {text: index for index, text in enumerate(dict.fromkeys(texts))}
        if (threads := _threads()) == 1:
            rows = [self._read(text) for text in places]
        else:
            with ThreadPoolExecutor(threads) as pool:
                rows = list(pool.map(self._read, places))
        found = np.array(rows, dtype=np.float32).reshape(len(places), *self.shape)
        return found[[places[text] for text in texts]]

    def _read(self, text: Text) -> Vectors:
        parts = [text] if isinstance(text, str) else text
        encoding = self._tokenizer.encode(*map(_encodable, parts))
        rows = {"ids": encoding.ids, "mask": encoding.attention_mask, "types": encoding.type_ids}
        if "spans" in self._inputs:
            rows["spans"] = spans(encoding, text)
        return self._run({name: np.array([rows[name]], dtype=np.int64) for name in self._inputs})

    def _run(self, feed: Feed) -> Vectors:
        (found,) = self._session.run(None, feed)
        return np.asarray(found[0], dtype=np.float32)

    def save(self, folder: Path) -> None:
        """Write ``model.onnx.gz`` and ``tokenizer.json``."""
        (folder / MODEL).write_bytes(packed(self.model))
        (folder / TOKENIZER).write_text(self.tokenizer, encoding="utf-8", newline="\n")

    @classmethod
    def load(cls, folder: Path, max_tokens: int) -> Self:
        """Read what ``save`` wrote."""
        try:
            model = gzip.decompress((folder / MODEL).read_bytes())
            return cls(model, (folder / TOKENIZER).read_text(encoding="utf-8"), max_tokens)
        except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
            raise ModelError(f"{folder}: cannot be read ({error}); export the model again") from error


class RecordingGraph(Graph):
    """A network that keeps what it reads.

    Attributes
    ----------
    feeds
        Inputs by name, shape [1, tokens], one entry a text.
    """

    def __init__(self, graph: Graph) -> None:
        super().__init__(graph.model, graph.tokenizer, graph.max_tokens)
        self.feeds: list[Feed] = []

    def _run(self, feed: Feed) -> Vectors:
        self.feeds.append(feed)
        return super()._run(feed)


def packed(model: bytes) -> bytes:
    """Return the bytes as a gzip file of Huffman codes alone: weights do not repeat, and this unpacks the fastest."""
    packing = zlib.compressobj(9, zlib.DEFLATED, _GZIP, 9, zlib.Z_HUFFMAN_ONLY)
    return packing.compress(model) + packing.flush()


def open_session(model: bytes) -> Any:
    """Return an ONNX Runtime session on one thread.

    Raises
    ------
    ModelError
        If the bytes hold no network, or onnxruntime is not installed.
    """
    try:
        onnxruntime = onnx_runtime()
        from onnxruntime.capi import onnxruntime_pybind11_state as faults
    except ImportError as error:
        raise ModelError(f"an onnx model needs {error.name}; install it: pip install onnxruntime") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except (faults.Fail, faults.InvalidArgument, faults.InvalidGraph, faults.InvalidProtobuf) as error:
        line = " ".join(str(error).split())
        raise ModelError(f"{MODEL}: no network that onnxruntime can read ({line}); export it again") from error


def _tokenizer(text: str) -> Any:
    try:
        from tokenizers import Tokenizer
    except ImportError as error:
        raise ModelError(f"an onnx model needs {error.name}; install it: pip install tokenizers") from error
    try:
        if "model" not in json.loads(text):
            raise ValueError("no vocabulary in it")
    except (ValueError, TypeError) as error:
        raise ModelError(f"{TOKENIZER}: no tokenizer ({error}); export the model again") from error
    tokenizer = Tokenizer.from_str(text)
    tokenizer.no_padding()
    return tokenizer


def _threads() -> int:
    given = os.environ.get(THREADS, "1")
    if not given.isdecimal() or int(given) < 1:
        raise ModelError(f"{THREADS}={given}: is no number of threads; set it to 1 or more")
    return int(given)


def _encodable(text: str) -> str:
    """Return the text without lone surrogates, which no tokenizer takes."""
    return text.encode("utf-8", "replace").decode("utf-8")
