"""A statement as it is told: its words, marks and speaker, and the sentences around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pipeline.errors import InputError
from pipeline.evaluation.behaviour.cases import Probe
from pipeline.files import read_text

_SLOT = re.compile(r"\{(\w+,?)\}")
_INNER = re.compile(r"(?<!\w)'(.+?)'(?!\w)")
_WORLD = Path(__file__).with_name("world.yaml")

Slots = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Marks:
    """Quotation marks: the outer pair, the inner pair, and the apostrophe."""

    outer: tuple[str, str] = ('"', '"')
    inner: tuple[str, str] = ("'", "'")
    apostrophe: str = "'"

    def around(self, words: str) -> str:
        """Return words in these marks; templates write inner marks and apostrophes as ``'``.

        Examples
        --------
        >>> Marks(("“", "”"), ("‘", "’"), "’").around("It's 'progress'.")
        '“It’s ‘progress’.”'
        """
        inner = _INNER.sub(lambda found: f"\0{found[1]}\1", words).replace("'", self.apostrophe)
        return self.outer[0] + inner.replace("\0", self.inner[0]).replace("\1", self.inner[1]) + self.outer[1]


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks, and as whom; organisations and the unnamed have no role."""

    name: str
    role: str = ""

    def slots(self) -> dict[str, str]:
        """Return ``who``, and ``who,`` for where the sentence goes on."""
        if not self.role:
            return {"who": self.name, "who,": self.name}
        return {"who": f"{self.name}, {self.role}", "who,": f"{self.name}, {self.role},"}


@dataclass(frozen=True, slots=True)
class World:
    """What templates are told about; every firm and person is invented."""

    scenes: Mapping[str, Slots]
    speakers: tuple[Speaker, ...]
    other_speakers: tuple[Speaker, ...]
    other_vendors: tuple[str, ...]
    frames: tuple[str, ...]
    titles: tuple[str, ...]


def fill(template: str, slots: Slots) -> str:
    """Return the template with its slots filled; a capital in a slot's name makes one in the text.

    Raises
    ------
    InputError
        If there is no such slot.

    Examples
    --------
    >>> fill("{Users} need {things}.", {"users": "schools", "things": "Ondray cameras"})
    'Schools need Ondray cameras.'
    """

    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name.lower() not in slots:
            known = ", ".join(sorted(f"{{{slot}}}" for slot in slots))
            raise InputError(f"nothing fills {{{name}}}; there are: {known}")
        text = slots[name.lower()]
        return text[:1].upper() + text[1:] if name[:1].isupper() else text

    return _SLOT.sub(value, template)


def has_slots(template: str) -> bool:
    """Return whether a template has to be told in a scene."""
    return _SLOT.search(template) is not None


def scene_slots(scene: Slots) -> dict[str, str]:
    """Return a scene's slots with those that follow: ``things`` and ``target``."""
    things = f"{scene['vendor']} {scene['kind']}"
    return {**scene, "things": things, "target": f"{things} {scene['where']}"}


@cache
def world() -> World:
    """Return the scenes, speakers and sentences that come along."""
    told: dict[str, Any] = yaml.safe_load(read_text(_WORLD, "world of the behavioural suite"))
    return World(
        scenes=told["scenes"],
        speakers=tuple(Speaker(*who) for who in told["speakers"]),
        other_speakers=tuple(Speaker(*who) for who in told["other_speakers"]),
        other_vendors=tuple(told["other_vendors"]),
        frames=tuple(told["frames"]),
        titles=tuple(told["titles"]),
    )


def unchanged(words: str) -> str:
    """Return the words."""
    return words


@dataclass(frozen=True, slots=True)
class Telling:
    """One statement and all that is told of it, before it is written out; changes are made here.

    Parameters
    ----------
    words, label
        Template of what is said, without marks, and its stance toward the target.
    target
        Template of what the model is asked about.
    frame, title
        Templates of the sentences around it and of the article's title.
    scene, other
        Slots of the debate, and of another one; both may be empty.
    edit
        Changes the words once they are filled in, and the sentences around them if ``edits_frame``.
    """

    words: str
    label: str
    target: str
    frame: str
    title: str
    speaker: Speaker
    scene: Slots = field(default_factory=dict)
    other: Slots = field(default_factory=dict)
    marks: Marks = Marks()
    edit: Callable[[str], str] = unchanged
    edits_frame: bool = False

    def probe(self) -> Probe:
        """Return the statement written out; its context holds it.

        Raises
        ------
        InputError
            If a slot has nothing to fill it.
        LabelError
            If the label is not in the codebook.
        """
        slots = {**self.scene, **{f"other_{name}": value for name, value in self.other.items()}}
        target = fill(self.target, slots)
        around = self.edit if self.edits_frame else unchanged
        words = self.edit(fill(self.words, slots))
        ended = {"quote": words, "quote,": f"{words[:-1]}," if words.endswith(".") else words}
        debate = {"target": target, **slots, **self.speaker.slots()}
        frame = around(fill(self.frame, debate | {name: f"{{{name}}}" for name in ended}))
        used = next((name for name in ended if f"{{{name}}}" in frame), None)
        if used is None:
            raise InputError("the context does not hold {quote}; write {quote}, or {quote,} before he said")
        text = self.marks.around(ended[used])
        return Probe(
            text=text,
            context=frame.replace(f"{{{used}}}", text),
            title=around(fill(self.title, debate)),
            target=target,
            speaker=self.speaker.name,
            label=self.label,
        )
