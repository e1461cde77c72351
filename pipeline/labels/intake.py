"""Intake: what coders said of statements -> gold rows, one a statement, target and coder."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.errors import InputError, RecordError
from pipeline.labels.codings import Coding, verdict
from pipeline.labels.gold import CoderType, Gold
from pipeline.labels.places import Place, Places, located
from pipeline.records import LABELS, Reject

_Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Coders:
    """Whose codings they are, where the file does not say.

    Parameters
    ----------
    default
        The coder of rows without one, and of labels that were changed since they were exported.
    names
        Other names for coders, by the name that the file has.
    """

    default: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    coder_type: CoderType | None = None
    codebook: str | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """Gold rows in the order of the files, what became none, and the counts of both."""

    gold: tuple[Gold, ...]
    rejects: tuple[Reject, ...]
    counts: dict[str, int]


def _coder(coding: Coding, coders: Coders) -> tuple[str, CoderType]:
    """Return who coded it, and what that is.

    Raises
    ------
    RecordError
        If nobody says so.
    """
    now = verdict(coding.label, coding.kind, ambiguous=coding.ambiguous)
    changed = coding.was is not None and coding.was != now
    own = None if changed else coding.coder
    name = coders.names.get(own, own) if own else coders.default
    if name is None:
        why = f"was exported as {coding.was} of {coding.coder} and is changed" if changed else "names no coder"
        raise RecordError(f"{why}; say whose label it is with --coder", reason="no-coder")
    kind = (None if changed else coding.coder_type) or coders.coder_type or coding.assumed
    if kind is None:
        raise RecordError(f"does not say what {name} is; say so with --coder-type", reason="no-coder-type")
    return name, kind


def _target(coding: Coding, spot: Place) -> str:
    """Return the target of a coding, or that of the table where there is but one."""
    return coding.target or (spot.targets[0] if len(spot.targets) == 1 else "")


def _as_gold(coding: Coding, spot: Place, coders: Coders) -> Gold:
    target = _target(coding, spot)
    kind = coding.kind or spot.speech
    if coding.label is None and kind != "term":
        raise RecordError(f"has no label; give one of {', '.join(LABELS)}", reason="no-label")
    if not target and kind != "term":
        raise RecordError("has no target; fill it in", reason="no-target")
    if coding.label is not None and kind == "term" and coding.was is None:
        message = "is a term with a label; clear the label, or make kind statement or fragment"
        raise RecordError(message, reason="term-with-label")
    name, coder_type = _coder(coding, coders)
    return Gold(
        where=coding.where,
        source=spot.source,
        sha256=spot.sha256,
        start=spot.start,
        end=spot.end,
        kind=kind,
        target=target,
        label=coding.label,
        coder=name,
        coder_type=coder_type,
        speaker=coding.speaker,
        ambiguous=coding.ambiguous,
        codebook=coding.codebook or coders.codebook,
        statement_id=spot.statement_id,
        note=coding.note,
        time=coding.time,
        seconds=coding.seconds,
        replaces=coding.replaces,
        quote=spot.text,
    )


def _untouched(coding: Coding, spot: Place) -> bool:
    """Say whether nobody has worked on it: a term is coded as one where a coder is named or the kind was changed."""
    if coding.skipped or coding.label or coding.note or coding.ambiguous or coding.was:
        return False
    return coding.kind in {None, spot.kind} and not (coding.kind == "term" and coding.coder)


@dataclass(slots=True)
class _Settler:
    """Collects codings by statement, target and coder."""

    places: Places
    coders: Coders
    said: dict[_Key, list[tuple[Coding, Gold | None]]] = field(default_factory=lambda: defaultdict(list))
    numbers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    rejects: list[Reject] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, coding: Coding) -> None:
        """Take a coding in; a fault is a reject."""
        try:
            spot = located(coding, self.places)
            if _untouched(coding, spot):
                self.counts["unlabelled"] += 1
                return
            gold = None if coding.skipped else _as_gold(coding, spot, self.coders)
            key = (coding.statement_id, _target(coding, spot), _coder(coding, self.coders)[0])
        except RecordError as error:
            self.rejects.append(coding.rejected(str(error), error.reason))
            return
        if coding.numbered and key[2] == coding.coder:
            self.numbers[key[2]].add(coding.file)
        self.said[key].append((coding, gold))

    def check_numbers(self) -> None:
        """Raise ``InputError`` where two people may go by one number."""
        for coder, files in self.numbers.items():
            if len(files) > 1:
                names = " and ".join(sorted(files))
                raise InputError(
                    f"{names}: have codings of {coder}, and each server has numbers of its own; name the coder with "
                    "--coder NUMBER=NAME, or import each file with names of its own"
                )

    def last_words(self) -> list[Gold]:
        """Return what each coder said last of each statement."""
        kept = [self._last_word(key, said) for key, said in self.said.items()]
        return [gold for gold in kept if gold is not None]

    def _last_word(self, key: _Key, said: Sequence[tuple[Coding, Gold | None]]) -> Gold | None:
        different: dict[object, tuple[Coding, Gold | None]] = {}
        for coding, gold in said:
            different.setdefault((coding.time, replace(gold, where="") if gold else None), (coding, gold))
        self.counts["repeated"] += len(said) - len(different)
        ordered = sorted(different.values(), key=lambda pair: pair[0].time or "")
        times = [coding.time for coding, _ in ordered]
        if len(times) > 1 and (None in times or times[-1] == times[-2]):
            for coding, _ in ordered:
                self._reject(coding, f"{key[2]} says two things of {key[0]}; keep one", "contradiction")
            return None
        coding, gold = ordered[-1]
        for older, _ in ordered[:-1]:
            self._reject(older, f"{key[2]} changed it later, at {coding.where}", "relabelled")
        if gold is None:
            self._reject(coding, f"{key[2]} skipped it", "skipped")
        return gold

    def _reject(self, coding: Coding, message: str, reason: str) -> None:
        self.rejects.append(coding.rejected(message, reason))


def settle(codings: Iterable[Coding | Reject], places: Places, coders: Coders) -> Settled:
    """Return the codings as gold rows, one a statement, target and coder.

    What a coder said last counts, where the times tell; the same thing said twice counts once. Whatever becomes no
    gold row is a reject, save what nobody has worked on, which is counted.

    Parameters
    ----------
    codings
        Of all files, and what could not be read of them.
    places
        Those of the quote table.
    coders
        Names and kinds that the files do not give.

    Raises
    ------
    InputError
        If a coder without a name is in several files, or the table does not fit its articles.
    """
    settler = _Settler(places, coders)
    for coding in codings:
        settler.counts["rows"] += 1
        if isinstance(coding, Reject):
            settler.rejects.append(coding)
        else:
            settler.add(coding)
    settler.check_numbers()
    gold = settler.last_words()
    counts = {
        "rows": settler.counts["rows"],
        "unlabelled": settler.counts["unlabelled"],
        "repeated": settler.counts["repeated"],
        "gold": len(gold),
        "statements": len({(row.statement_id, row.target) for row in gold}),
        "coders": len({row.coder for row in gold}),
        **{label: sum(row.label == label and row.kind != "term" for row in gold) for label in LABELS},
        "terms": sum(row.kind == "term" for row in gold),
    }
    return Settled(tuple(gold), tuple(settler.rejects), counts)
