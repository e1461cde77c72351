"""One statement as the lines of a terminal: head and foot stay where they are, the text moves between them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from pipeline.desk.scene import HELP, Keys, Scene, balance, how_far, pace
from pipeline.highlight import Screen

if TYPE_CHECKING:
    from rich.text import Text

_WIDEST = 100  # as `Screen` has it
_TALLEST = 40  # beyond it the keys would be far from the text
_LEAST = 5  # lines of text; where there would be fewer, the keys make room
_ABOVE = 2  # lines before the quotation, where not everything fits
_MARKED = "bold cyan"


class Frame(NamedTuple):
    """What is drawn, and where in the text it begins.

    Parameters
    ----------
    first, last
        The first line of text that is shown, and the largest that it can be.
    """

    lines: list[str]
    first: int
    last: int
    page: int


def frame(scene: Scene, screen: Screen, height: int, first: int | None = None) -> Frame:
    """Return the lines of a scene.

    Parameters
    ----------
    height
        Of the terminal, in lines.
    first
        First line of text to show; None begins shortly before the quotation, if not everything fits.
    """
    width = min(screen.width, _WIDEST)
    head = [*_head(scene, width), _rule(screen, width), *_facts(scene, width), _plain("")]
    foot = [_rule(screen, width), *_foot(scene, width)]
    height = min(height, _TALLEST)
    if height < len(head) + len(foot) + _LEAST:  # the text comes first
        head, foot = head[:1], [_plain(scene.told or "; ".join(scene.status) or "? tells the keys", "bold")]
        for line in (*head, *foot):
            line.truncate(width)
    text = _wrapped(_text(scene, screen), width)
    room = max(height - len(head) - len(foot), 1)
    shown, first, last = _window(text, room, first)
    blank = [_plain("")] * (room - len(shown))
    return Frame(_painted([*head, *shown, *blank, *foot], screen), first, last, max(room - 2, 1))


def help_page(screen: Screen) -> list[str]:
    """Return the lines that tell what the keys do."""
    from rich.text import Text

    width = min(screen.width, _WIDEST)
    lines = [_plain("What the keys do", "bold"), _plain("")]
    for keys, meaning in HELP:
        first, *rest = _wrapped(_plain(meaning), width - 9)
        lines += [Text.assemble((keys.ljust(9), "bold"), first), *(Text.assemble(" " * 9, line) for line in rest)]
    return _painted([*lines, _plain(""), _plain("any key goes on", "dim")], screen)


def _plain(text: str, style: str = "") -> Text:
    from rich.text import Text

    return Text(text, style)


def _rule(screen: Screen, width: int) -> Text:
    return _plain(("─" if screen.styled else "-") * width, "dim")


def _head(scene: Scene, width: int) -> list[Text]:
    left, right = how_far(scene.progress), pace(scene.progress)
    if right and len(left) + len(right) + 2 <= width:
        lines = [left.ljust(width - len(right)) + right]
    else:
        lines = [left, right] if right else [left]
    return [part for line in [*lines, balance(scene.progress)] for part in _wrapped(_plain(line), width)]


def _facts(scene: Scene, width: int) -> list[Text]:
    from rich.text import Text

    wide = max((len(name) for name, _ in scene.facts), default=0) + 2
    lines = []
    for name, value in scene.facts:
        first, *rest = _wrapped(_plain(value), width - wide)
        lines.append(Text.assemble((name.ljust(wide), "dim"), first))
        if rest:  # a long title must not leave the text without room
            lines.append(Text.assemble(" " * wide, rest[0], " …" * (len(rest) > 1)))
    return lines


def _foot(scene: Scene, width: int) -> list[Text]:
    status = [line for told in scene.status for line in _wrapped(_plain(told, "italic"), width)]
    return [*status, *_keys(scene.keys, width), *_wrapped(_plain(scene.told or " ", "bold"), width)]


def _keys(keys: Keys, width: int) -> list[Text]:
    from rich.text import Text

    lines = []
    for row in keys:
        lines.append(Text())
        for key, name in row:
            entry = Text.assemble((key, "bold"), f" {name}")
            if lines[-1] and len(lines[-1]) + 3 + len(entry) > width:
                lines.append(Text())
            lines[-1].append("   " if lines[-1] else "").append_text(entry)
    return lines


def _text(scene: Scene, screen: Screen) -> Text:
    from rich.text import Text

    before, quoted, behind = scene.text
    if not screen.styled and quoted:
        quoted = f"[{quoted}]"
    return Text.assemble(before, (quoted, _MARKED), behind)


def _wrapped(text: Text, width: int) -> list[Text]:
    from rich.console import Console

    return list(text.wrap(Console(file=io.StringIO(), width=width), max(width, 1))) or [text]


def _window(text: Sequence[Text], room: int, first: int | None) -> tuple[list[Text], int, int]:
    """Return so many lines of a text, with a word on those above and below."""
    if len(text) <= room:
        return list(text), 0, 0
    last = len(text) - room
    if first is None:
        marked = next((n for n, line in enumerate(text) if any(span.style == _MARKED for span in line.spans)), 0)
        first = marked - _ABOVE
    first = min(max(first, 0), last)
    shown = list(text[first : first + room])
    if room < _LEAST:
        return shown, first, last
    if first:
        shown[0] = _plain(f"({first + 1} more lines above)", "dim")
    if first < last:
        shown[-1] = _plain(f"({last - first + 1} more lines below)", "dim")
    return shown, first, last


def _painted(lines: Sequence[Text], screen: Screen) -> list[str]:
    from rich.text import Text

    return screen.render(Text("\n").join(lines)).removesuffix("\n").split("\n")
