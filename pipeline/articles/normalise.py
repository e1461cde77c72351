"""Characters: every source text in one spelling (NFC, plain spaces, nothing invisible), mapped back to its source.

The text is rewritten in up to three passes (characters, runs of spaces, NFC); a pass with nothing to do costs one scan.
"""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple


class Run(NamedTuple):
    """A run of the new text and the run of the old text it came from; equal lengths map character by character."""

    start: int
    end: int
    raw_start: int
    raw_end: int


class Edit(NamedTuple):
    """One replacement: ``old[start:end]`` becomes ``new``."""

    start: int
    end: int
    new: str


@dataclass(frozen=True, slots=True)
class Normalised:
    """Normalised text with its runs, in order; raw characters in no run were removed.

    ``edits`` counts what was changed, by the kind of change.
    """

    text: str
    runs: tuple[Run, ...]
    edits: dict[str, int]

    @property
    def unchanged(self) -> bool:
        """Whether every offset is that of the source text."""
        runs = self.runs
        return len(runs) == 1 and runs[0].raw_start == 0 and runs[0].end == runs[0].raw_end

    def raw_runs(self, start: int, end: int) -> Iterator[Run]:
        """Yield the parts of runs that make up ``text[start:end]``; a run of unequal lengths keeps all its raw text."""
        if self.unchanged:
            yield Run(start, end, start, end)
            return
        index = max(bisect_right(self.runs, start, key=lambda run: run.start) - 1, 0)
        while index < len(self.runs) and self.runs[index].start < end:
            run = self.runs[index]
            a, b = max(run.start, start), min(run.end, end)
            if a < b:
                same = run.end - run.start == run.raw_end - run.raw_start
                shift = run.raw_start - run.start
                yield Run(a, b, a + shift, b + shift) if same else Run(a, b, run.raw_start, run.raw_end)
            index += 1


_SPACES = "\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
# Zero-width characters, soft hyphen, direction marks, byte order mark, interlinear marks, variation selectors.
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb"
)
_CONTROLS = "\x00-\x08\x0e-\x1f\x7f"
_BREAKS = "\x0b\x0c\r\u2028\u2029"
_C1 = "\x80-\x9f"
_ENTITY = r"(?:amp;)?(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"
# An odd character, or an entity from its ampersand on: the pattern begins with a single class, so that the engine skips
# to these at once.
_ODD = re.compile(f"[&{_SPACES}{_INVISIBLE}{_CONTROLS}{_BREAKS}{_C1}\ud800-\udfff](?:(?<!&)|{_ENTITY})")
# What nearly every character is: passed over at a fifth of the time that it takes to look for odd ones.
_PLAIN = re.compile("[\n -%'-~“”‘’–—…]*+")
_ANY_SPACE = re.compile(f"[{_SPACES}]")
_ANY_BREAK = re.compile(f"[{_BREAKS}]")
_ANY_C1 = re.compile(f"[{_C1}]")
_DROPPED = re.compile(f"[{_INVISIBLE}{_CONTROLS}]")
_MANY_SPACES = re.compile(r"(?<=[^ \n]) {2,}")
# An ASCII character never composes with what stands before it, so NFC acts inside such chunks alone.
_NFC_CHUNK = re.compile(r"[\x00-\x7f]?[^\x00-\x7f]+")


def _plain(char: str) -> tuple[str, str]:
    """Return (kind of change, replacement) of one odd character."""
    if _ANY_SPACE.match(char):
        return "spaces", " "
    if _DROPPED.match(char):
        return "invisible", ""
    if _ANY_BREAK.match(char):
        return "line-breaks", "\n"
    if _ANY_C1.match(char):
        # Windows-1252 read as Latin-1: the C1 controls are its quotation marks and dashes.
        return "controls", char.encode("latin-1").decode("cp1252", "ignore")
    return "surrogates", "\ufffd"


def _change(token: str) -> tuple[str, str]:
    """Return (kind of change, replacement) of one token that ``_ODD`` found."""
    if token[0] != "&":
        return _plain(token)
    text = html.unescape(token)
    if text != token and text[0] == "&" and len(text) > 1:
        text = html.unescape(text)  # escaped twice: &amp;quot;
    plain = "".join(_plain(char)[1] if _ODD.match(char) else char for char in text)
    return "entities", plain.replace("\n", " ")


def _character_edits(text: str, counts: dict[str, int]) -> Iterator[Edit]:
    """Yield the replacements of odd characters and entities."""
    for match in _ODD.finditer(text):
        token = match[0]
        kind, new = _change(token)
        if new == token:
            continue
        if token == "\r" and text.startswith("\n", match.end()):
            new = ""
        counts[kind] = counts.get(kind, 0) + 1
        yield Edit(match.start(), match.end(), new)


def _space_edits(text: str, counts: dict[str, int]) -> Iterator[Edit]:
    """Yield the removal of all but the first of several spaces inside a line (indents stay: they mark paragraphs)."""
    for match in _MANY_SPACES.finditer(text):
        counts["spaces"] = counts.get("spaces", 0) + 1
        yield Edit(match.start() + 1, match.end(), "")


def _joins_back(char: str) -> bool:
    """Whether a character may compose with the one before it: a mark, or a Hangul vowel or final."""
    return unicodedata.category(char)[0] == "M" or "\u1160" <= char <= "\u11ff"


def _composed_edits(text: str, counts: dict[str, int]) -> Iterator[Edit]:
    """Yield the replacements that make the text NFC, as small as they can be."""
    for match in _NFC_CHUNK.finditer(text):
        chunk = match[0]
        composed = unicodedata.normalize("NFC", chunk)
        if composed == chunk:
            continue
        counts["nfc"] = counts.get("nfc", 0) + 1
        cuts = [0, *(i for i in range(1, len(chunk)) if not _joins_back(chunk[i])), len(chunk)]
        small = [(a, b, unicodedata.normalize("NFC", chunk[a:b])) for a, b in pairwise(cuts)]
        if "".join(new for _, _, new in small) != composed:
            small = [(0, len(chunk), composed)]
        for a, b, new in small:
            if new != chunk[a:b]:
                yield Edit(match.start() + a, match.start() + b, new)


def _rewrite(text: str, edits: Iterable[Edit]) -> tuple[str, list[Run]]:
    """Return the edited text and its runs; edits that keep the length do not break a run."""
    pieces: list[str] = []
    runs: list[Run] = []
    done = new_end = run_new = run_old = 0

    def close(old_end: int) -> None:
        if new_end > run_new:
            runs.append(Run(run_new, new_end, run_old, old_end))

    for edit in edits:
        pieces += [text[done : edit.start], edit.new]
        new_end += edit.start - done
        done = edit.end
        if len(edit.new) == edit.end - edit.start:
            new_end += len(edit.new)
            continue
        close(edit.start)
        if edit.new:
            runs.append(Run(new_end, new_end + len(edit.new), edit.start, edit.end))
            new_end += len(edit.new)
        run_new, run_old = new_end, edit.end
    pieces.append(text[done:])
    new_end += len(text) - done
    close(len(text))
    return "".join(pieces), runs


def _compose(outer: Iterable[Run], inner: Normalised) -> Iterator[Run]:
    """Yield runs from the newest text to the raw text, given runs from the newest to the inner text."""
    for run in outer:
        parts = list(inner.raw_runs(run.raw_start, run.raw_end))
        if run.end - run.start != run.raw_end - run.raw_start:
            yield Run(run.start, run.end, parts[0].raw_start, parts[-1].raw_end)
            continue
        shift = run.start - run.raw_start
        for part in parts:
            yield Run(part.start + shift, part.end + shift, part.raw_start, part.raw_end)


def _applied(inner: Normalised, edits: Iterable[Edit]) -> Normalised:
    """Return the normalised text after one more pass."""
    text, runs = _rewrite(inner.text, edits)
    return Normalised(text, tuple(_compose(runs, inner)), inner.edits)


def normalise(text: str) -> Normalised:
    r"""Return the text in NFC with plain spaces and line breaks, entities resolved and nothing invisible in it.

    Examples
    --------
    >>> normalise("Caf\u0065\u0301 &amp; bar\u00a0\u200b!").text
    'Café & bar !'
    """
    counts: dict[str, int] = {}
    result = Normalised(text, (Run(0, len(text), 0, len(text)),) if text else (), counts)
    plain = _PLAIN.match(text)
    if plain is None or _ODD.search(text, plain.end()):
        result = _applied(result, _character_edits(text, counts))
    if "  " in result.text:
        result = _applied(result, _space_edits(result.text, counts))
    if not unicodedata.is_normalized("NFC", result.text):
        result = _applied(result, _composed_edits(result.text, counts))
    return result
