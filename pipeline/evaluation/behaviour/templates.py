"""Template files: YAML, one capability a file, labels as keys; faults are told with file and line.

::

    capability: negation        in words
    scenes: 2                   debates in which each statement is told; 1 if it is not said
    change: typos               optional, a key of CHANGES: each statement beside variants of it
    target: smart meters        optional, of statements that name none; else that of the debate
    pro-restriction:            under each label its statements
      - "{Things} must go."
      - text: "{Things} are not safe."
        from: {anti-restriction: "{Things} are safe."}      the same statement before it was turned
        other: neutral                                      its label toward the target of another debate
        target, context, title, speaker                     as they stand in the input; a context holds {quote}
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from pipeline.errors import InputError
from pipeline.evaluation.behaviour.changes import CHANGES
from pipeline.evaluation.behaviour.tellings import world
from pipeline.files import read_text
from pipeline.records import LABELS

_FILE_KEYS = ("capability", "scenes", "change", "target", *LABELS)
_KEYS = ("text", "from", "other", "target", "context", "title", "speaker")

Nodes = dict[str, yaml.Node]


@dataclass(frozen=True, slots=True)
class Template:
    """One statement of a template file.

    Parameters
    ----------
    where
        File and line, for messages.
    number
        Place among the statements of its file, from 1.
    scenes
        How many debates it is told in, where it has slots or no target of its own.
    change
        A key of ``CHANGES``; None makes no variants.
    before
        Label and text of the statement that it was turned from.
    other
        Its label toward the target of another debate.
    """

    where: str
    capability: str
    number: int
    label: str
    text: str
    scenes: int = 1
    change: str | None = None
    before: tuple[str, str] | None = None
    other: str | None = None
    target: str | None = None
    context: str | None = None
    title: str | None = None
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads nodes of one file, whose lines its messages name."""

    path: Path

    def where(self, node: yaml.Node) -> str:
        return f"{self.path}:{node.start_mark.line + 1}"

    def keys(self, node: yaml.Node, known: tuple[str, ...]) -> Nodes:
        """Return the values of a mapping by key."""
        if not isinstance(node, yaml.MappingNode):
            raise InputError(f"{self.where(node)}: expected keys and values; known keys: {', '.join(known)}")
        found: Nodes = {}
        for key, value in node.value:
            name = self.text(key)
            if name not in known:
                raise InputError(f"{self.where(key)}: unknown key {name!r}; known keys: {', '.join(known)}")
            if name in found:
                raise InputError(f"{self.where(key)}: the key {name!r} is there twice; join the two")
            found[name] = value
        return found

    def text(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            raise InputError(f"{self.where(node)}: expected a text; write it in quotation marks")
        return str(node.value)

    def choice(self, node: yaml.Node, known: tuple[str, ...]) -> str:
        if (chosen := self.text(node)) not in known:
            raise InputError(f"{self.where(node)}: {chosen!r} is not one of {', '.join(known)}")
        return chosen

    def scenes(self, node: yaml.Node) -> int:
        return int(self.choice(node, tuple(str(count + 1) for count in range(len(world().scenes)))))

    def templates(self, root: yaml.Node) -> Iterator[Template]:
        """Yield the statements of a file in the order of their labels."""
        file = self.keys(root, _FILE_KEYS)
        if "capability" not in file:
            raise InputError(f"{self.where(root)}: the key 'capability' is missing; name what is tested")
        capability = self.text(file["capability"])
        scenes = self.scenes(file["scenes"]) if "scenes" in file else 1
        change = self.choice(file["change"], tuple(CHANGES)) if "change" in file else None
        target = self.text(file["target"]) if "target" in file else None
        statements = [(label, node) for label in LABELS[::-1] if label in file for node in self.items(file[label])]
        for number, (label, node) in enumerate(statements, start=1):
            told = self.statement(node)
            pair = self.pair(told["from"]) if "from" in told else None
            if change and (pair or "other" in told):
                raise InputError(f"{self.where(node)}: a file with 'change' makes its own pairs; move this to another")
            yield Template(
                where=self.where(node),
                capability=capability,
                number=number,
                label=label,
                text=self.text(told["text"]),
                scenes=scenes,
                change=change,
                before=pair,
                other=self.choice(told["other"], LABELS) if "other" in told else None,
                target=self.text(told["target"]) if "target" in told else target,
                **{name: self.text(told[name]) for name in ("context", "title", "speaker") if name in told},
            )

    def items(self, node: yaml.Node) -> list[yaml.Node]:
        if not isinstance(node, yaml.SequenceNode):
            raise InputError(f"{self.where(node)}: expected a list of statements; begin each with a dash")
        return list(node.value)

    def statement(self, node: yaml.Node) -> Nodes:
        if isinstance(node, yaml.ScalarNode):
            return {"text": node}
        told = self.keys(node, _KEYS)
        if "text" not in told:
            raise InputError(f"{self.where(node)}: the key 'text' is missing; add what is said")
        return told

    def pair(self, node: yaml.Node) -> tuple[str, str]:
        """Return label and text of the only entry of a mapping."""
        found = [(label, self.text(text)) for label, text in self.keys(node, LABELS).items()]
        if len(found) != 1:
            raise InputError(f"{self.where(node)}: expected one label and its text, found {len(found)}")
        return found[0]


def read_templates(path: Path) -> list[Template]:
    """Return the statements of one template file.

    Raises
    ------
    InputError
        If it cannot be read; the message names the line.
    """
    reader = _Reader(path)
    try:
        root = yaml.compose(read_text(path, "file of cases"), Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise InputError(f"{where}: not valid YAML ({getattr(error, 'problem', None) or error}); mend it") from error
    found = list(reader.templates(root)) if root is not None else []
    if not found:
        raise InputError(f"{path}: holds no statements; write some under {', '.join(LABELS)}")
    return found
