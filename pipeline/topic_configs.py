"""Topics, ``configs/topics/*.yaml``: one restriction debate a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from pipeline.config_files import Config, config_folders, read_yaml, validate


class Topic(Config):
    """One restriction debate: what the target is called, and what can be said about it.

    Parameters
    ----------
    aliases
        Other names of the target, for finding it in an article.
    description
        The restriction in one line.
    hypotheses
        Sentences by label, of which one that calls for the label says one; for models of entailment.
    """

    target: str
    aliases: tuple[str, ...]
    description: str
    hypotheses: dict[Literal["anti-restriction", "neutral", "pro-restriction"], tuple[str, ...]] = Field(
        default_factory=dict
    )

    def told(self) -> dict[str, Any]:
        """Return what models are told about the target."""
        return self.model_dump(mode="json", exclude={"target"})


def load_topics() -> tuple[Topic, ...]:
    """Return every topic under ``topics/``, nearest folder first; a name found twice counts once."""
    found: dict[str, Path] = {}
    for folder in config_folders():
        for path in sorted((folder / "topics").glob("*.yaml")):
            found.setdefault(path.stem, path)
    return tuple(validate(Topic, read_yaml(found[name]), str(found[name])) for name in sorted(found))
