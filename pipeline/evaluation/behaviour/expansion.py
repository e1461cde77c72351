"""Templates -> cases: each told in its debates, by one speaker after the other, with its variants."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.errors import InputError, LabelError
from pipeline.evaluation.behaviour.cases import Case
from pipeline.evaluation.behaviour.changes import CHANGES
from pipeline.evaluation.behaviour.tellings import Slots, Speaker, Telling, has_slots, scene_slots, world
from pipeline.evaluation.behaviour.templates import Template, read_templates

_FOLDER = Path(__file__).with_name("templates")

CAPABILITIES = (
    "vocabulary", "negation", "double negation", "reported opposing view", "rebuttal", "rhetorical question",
    "condition", "sentiment against stance", "target swap", "speaker swap", "vendor swap", "spelling", "typos",
    "quotation marks",
)  # fmt: skip
"""What the cases that come along test, from the plainest on."""

_ELSEWHERE = 5  # steps to the other debate: no two so far apart are about the same field


def _scenes(template: Template, first: int) -> list[tuple[str, Slots, Slots]]:
    """Return name and slots of the debates that a template is told in, each with another debate."""
    own_target = template.target is not None and not has_slots(template.target)
    if own_target and template.other is None and not has_slots(template.text):
        return [("", {}, {})]
    names = list(world().scenes)
    places = [(first + place) % len(names) for place in range(template.scenes)]
    slots = [scene_slots(world().scenes[name]) for name in names]
    return [(names[place], slots[place], slots[(place + _ELSEWHERE) % len(names)]) for place in places]


def _tellings(template: Template) -> Iterator[tuple[int, str, Telling]]:
    """Yield running number, id and telling of a template in each of its debates."""
    first = (template.number - 1) * template.scenes
    name = re.sub(r"\W+", "-", template.capability.lower()).strip("-")
    for number, (scene, slots, other) in enumerate(_scenes(template, first), start=first):
        speakers, frames, titles = world().speakers, world().frames, world().titles
        yield (
            number,
            ".".join(filter(None, (name, f"{template.number:02d}", scene))),
            Telling(
                words=template.text,
                label=template.label,
                target=template.target or "{target}",
                frame=template.context or frames[number % len(frames)],
                title=titles[number % len(titles)] if template.title is None else template.title,
                speaker=Speaker(template.speaker) if template.speaker else speakers[number % len(speakers)],
                scene=slots,
                other=other,
            ),
        )


def _expanded(template: Template) -> Iterator[Case]:
    """Yield the cases of one template."""
    for number, name, telling in _tellings(template):
        probe = telling.probe()
        if template.change is not None:
            for variant, changed in CHANGES[template.change](telling, number):
                case = Case(f"{name}.{variant}", template.capability, changed.probe(), probe)
                if case.probe.inputs == probe.inputs:
                    raise InputError(f"the change {template.change!r} leaves this as it is; write what it can change")
                yield case
        elif template.other is not None:
            turned = replace(telling, target="{other_target}", label=template.other)
            yield Case(f"{name}.other-target", template.capability, turned.probe(), probe)
        elif template.before is not None:
            label, words = template.before
            yield Case(name, template.capability, probe, replace(telling, words=words, label=label).probe())
        else:
            yield Case(name, template.capability, probe)


def cases(paths: Sequence[Path] | None = None) -> tuple[Case, ...]:
    """Return the cases of template files; of those that come along where none is named.

    Expansion draws nothing: the same files give the same cases.

    Raises
    ------
    InputError
        If a file cannot be used, or two of them have one capability; the message names file and line.
    """
    found = [_FOLDER / f"{name.replace(' ', '_')}.yaml" for name in CAPABILITIES] if paths is None else paths
    made: dict[str, Case] = {}
    for path in found:
        for template in read_templates(path):
            try:
                expanded = list(_expanded(template))
            except (InputError, LabelError) as error:
                raise InputError(f"{template.where}: {error}") from error
            for case in expanded:
                if case.case_id in made:
                    raise InputError(f"{template.where}: another file has the capability {case.capability!r}, too")
                made[case.case_id] = case
    return tuple(made.values())
