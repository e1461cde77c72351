"""Embeddings that are kept, so that models of one encoder do not read the same texts again."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pipeline.stance.spans import Text


def remember(folder: Path | None = None) -> None:
    """Make every embedding model of this process keep what its encoder says; in a folder, for later ones, too."""
    from pipeline.stance.embedder import Embedder

    known: dict[str, dict[str, np.ndarray]] = {}
    embed = Embedder.embed

    def remembered(self: Any, texts: Sequence[Text]) -> np.ndarray:
        layers = "_".join(map(str, self.layers))
        name = f"{self.encoder.sha256[:16]}-{self.max_tokens}-{layers}"
        vectors = known.setdefault(name, _read(folder, name))
        new = [text for text in dict.fromkeys(texts) if _key(text) not in vectors]
        if new:
            vectors.update(zip(map(_key, new), embed(self, new), strict=True))
            _write(folder, name, vectors)
        return np.array([vectors[_key(text)] for text in texts])

    Embedder.embed = remembered  # type: ignore[method-assign]


def _key(text: Text) -> str:
    whole = text if isinstance(text, str) else "\0".join(text)
    return sha256(whole.encode("utf-8", "replace")).hexdigest()


def _read(folder: Path | None, name: str) -> dict[str, np.ndarray]:
    path = folder and folder / f"{name}.npz"
    if not path or not path.exists():
        return {}
    with np.load(path, allow_pickle=False) as arrays:
        return dict(zip(arrays["keys"].tolist(), arrays["vectors"], strict=True))


def _write(folder: Path | None, name: str, vectors: dict[str, np.ndarray]) -> None:
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f"{name}.part.npz"
        np.savez(partial, keys=np.array(list(vectors)), vectors=np.array(list(vectors.values())))
        partial.replace(folder / f"{name}.npz")
