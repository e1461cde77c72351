"""An article as text for a terminal: styled where that is possible, else with brackets for the marks."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.highlight.runs import Mark, Run
from pipeline.highlight.views import Paragraph, Piece, View, printable

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

_WIDEST = 100  # longer lines are hard to follow
# The terminal's own colours, which its owner has made readable on its background.
_COLOURS = ("cyan", "magenta", "green", "yellow", "blue", "red")
_BRACKETS = {"content": ("{", "}"), "quote": ("[", "]"), "speaker": ("<", ">"), "cue": ("_", "_")}
_COLUMNS = ("", "speaker", "cue", "kind", "confidence", "utterance")


@dataclass(frozen=True, slots=True)
class Screen:
    """What is written to.

    Parameters
    ----------
    width
        In columns.
    styled
        Whether it shows colours, underlines and the like; else brackets stand for them.
    """

    width: int = 80
    styled: bool = False

    def render(self, *items: Any) -> str:
        """Return the items of ``rich`` as lines that fit, without spaces at their ends."""
        from rich.console import Console

        console = Console(
            file=io.StringIO(),
            width=min(self.width, _WIDEST),
            height=25,  # else it asks the real terminal, which may be none or another
            force_terminal=self.styled,
            color_system="standard" if self.styled else None,
            no_color=False,  # the caller has looked at the environment; see `styled`
            legacy_windows=False,
            highlight=False,
            markup=False,
            emoji=False,
        )
        with console.capture() as captured:
            for item in items:
                console.print(item)
        return "\n".join(line.rstrip() for line in captured.get().split("\n"))


def drawn(view: View, screen: Screen) -> str:
    """Return one article, its quotations marked, with the list of them below."""
    from rich.text import Text

    head = Text(view.title, "bold") if view.heading is None else _text(view, view.heading, screen)
    items: list[Any] = [head]
    if view.origin:
        items.append(Text(view.origin, "dim"))
    items.append(Text(("─" if screen.styled else "-") * min(screen.width, _WIDEST), "dim"))
    for paragraph in view.paragraphs:
        if paragraph is not view.heading:
            items.append(_text(view, paragraph, screen).append("\n"))
    items.append(_table(view, screen) if view.pieces else Text("no quotations in it", "dim"))
    return screen.render(*items)


def _text(view: View, paragraph: Paragraph, screen: Screen) -> Text:
    from rich.text import Text

    base = {"headline": "bold", "caption": "italic"}.get(paragraph.region, "")
    text = Text(style=base)
    if paragraph.region != "body" and paragraph is not view.heading:
        text.append(f"{paragraph.region}: ", "dim not bold not italic")
    for run in paragraph.runs:
        if screen.styled:
            _styled(text, view, run)
        else:
            text.append(_bracketed(view, run))
    return text


def _bracketed(view: View, run: Run) -> str:
    opening = "".join(_opening(view, mark) for mark in run.marks if mark.start == run.start)
    closing = "".join(_BRACKETS[mark.part][1] for mark in reversed(run.marks) if mark.end == run.end)
    return f"{opening}{view.words(run)}{closing}"


def _opening(view: View, mark: Mark) -> str:
    bracket, piece = _BRACKETS[mark.part][0], view.piece(mark.numbers[0])
    if mark.part == "quote":
        return f"{bracket}{piece.label} "
    return f"{bracket}{piece.voice.letter} " if mark.part == "speaker" and piece.voice else bracket


def _styled(text: Text, view: View, run: Run) -> None:
    for mark in run.marks:
        piece = view.piece(mark.numbers[0])
        if mark.part == "quote" and mark.start == run.start:
            text.append(piece.label, f"reverse bold not italic {_colour(piece)}")
            text.append(" ")
        if mark.part == "speaker" and mark.start == run.start and piece.voice:
            text.append(piece.voice.letter, f"reverse not bold not italic {_colour(piece)}")
            text.append(" ")
    text.append(view.words(run), " ".join(_style(view, mark) for mark in run.marks))


def _style(view: View, mark: Mark) -> str:
    piece = view.piece(mark.numbers[0])
    if mark.part == "cue":
        return "underline"
    if mark.part == "speaker":
        return f"bold not dim {_colour(piece)}"
    if mark.part == "content":
        return f"dim {_colour(piece)}"
    if piece.is_term:
        return "not dim italic"
    return f"not dim {_colour(piece)}" + (" italic" if piece.kind in ("indirect", "block") else "")


def _colour(piece: Piece) -> str:
    return _COLOURS[piece.voice.index % len(_COLOURS)] if piece.voice else ""


def _table(view: View, screen: Screen) -> Table:
    """Return the list of the quotations, a row each."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    rows = [_cells(piece) for piece in view.pieces]
    # An empty column would take room from the others.
    shown = [i for i, name in enumerate(_COLUMNS) if name in ("", "speaker") or any(row[i] for row in rows)]
    for i in shown:
        table.add_column(_COLUMNS[i], overflow="fold", justify="right" if _COLUMNS[i] == "confidence" else "left")
    for piece, row in zip(view.pieces, rows, strict=True):
        label = Text(piece.label, f"reverse {_colour(piece)}" if screen.styled else "")
        table.add_row(label, *(Text(row[i] or "-") for i in shown[1:]))
    return table


def _cells(piece: Piece) -> tuple[str, ...]:
    speaker = piece.voice.name if piece.voice else ""
    if piece.voice and piece.number == piece.voice.numbers[0]:  # once is enough
        speaker = ", ".join((speaker, *piece.voice.facts))
    return (
        piece.label,
        speaker,
        printable(piece.row["cue"] or ""),
        ", ".join(filter(None, (piece.kind, piece.region))),
        piece.confidence or "",
        str(piece.first) if piece.first else "",
    )


def legend(views: Sequence[View], screen: Screen) -> str:
    """Return what the marks mean, those that occur; empty where none does."""
    from rich.text import Text

    text = Text()
    for sample, style, meaning in _legend(views, screen):
        text.append("; " if text else "")
        text.append(sample, style)
        text.append(f" {meaning}")
    return screen.render(text) if text else ""


def _legend(views: Sequence[View], screen: Screen) -> Iterator[tuple[str, str, str]]:
    """Yield a sample of each mark that occurs, its style, and its meaning."""
    pieces = [piece for view in views for piece in view.pieces]
    parts = {mark.part for view in views for mark in view.marks}
    styled = screen.styled
    if any(not piece.is_term for piece in pieces):
        yield ("1A", "reverse cyan", "quotation 1, said by A") if styled else ("[1A …]", "", "quotation 1, said by A")
    if any(piece.is_term for piece in pieces):
        yield ("2t", "reverse", "term, name or title") if styled else ("[2t …]", "", "term, name or title")
    if "content" in parts:
        yield ("clause", "dim cyan", "what is attributed with it") if styled else ("{…}", "", "attributed with it")
    if "speaker" in parts:
        yield ("A she", "bold cyan", "the speaker as written") if styled else ("<A …>", "", "the speaker as written")
    if "cue" in parts:
        yield ("said", "underline", "cue") if styled else ("_…_", "", "cue")
    if any(piece.first for piece in pieces):
        yield ("utterance", "bold" if styled else "", "pieces with the same number belong together")
