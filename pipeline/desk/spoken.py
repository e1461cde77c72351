"""One statement as lines that read well aloud: no columns, no rules, and nothing twice."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.desk.scene import HELP, Keys, Scene, balance, how_far, pace


def statement(scene: Scene) -> Iterator[str]:
    """Yield what is asked."""
    done = scene.progress
    yield ", ".join(filter(None, (how_far(done), balance(done).replace("  ", ", "), pace(done)))) + "."
    for name, value in scene.facts:
        yield f"{name}: {_flat(value)}"
    yield from text(scene)


def text(scene: Scene) -> Iterator[str]:
    """Yield the quotation and what stands around it."""
    before, quoted, behind = map(_flat, scene.text)
    if not quoted:
        yield before
        return
    for name, part in (("before", before), ("quotation", quoted), ("after", behind)):
        if part:
            yield f"{name}: {part}"


def keys(rows: Keys) -> str:
    """Return the keys in one line."""
    return "keys: " + ", ".join(f"{key} {name}" for row in rows for key, name in row)


def help_lines() -> Iterator[str]:
    """Yield what the keys do."""
    for key, meaning in HELP:
        yield f"{key}: {meaning}"
    yield "an empty line: the statement once more"


def _flat(text: str) -> str:
    return " ".join(text.split())
