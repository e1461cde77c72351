"""A shard's file: a Parquet table that carries what is known of the shard, and can be told from a damaged one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import InputError
from pipeline.files import sha256_text
from pipeline.records import LABELS

Row = dict[str, Any]

_KEY = b"quotestance"
FORMAT = 2


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What became of one document.

    Parameters
    ----------
    digest
        Hash of the document, 32 hexadecimal digits.
    counts
        As ``Extractor.articles`` counts, for this document alone.
    rejects
        Fields of ``records.Reject``, one mapping a reject.
    articles
        Id and source of each article in it, the id as the text alone gives it.
    failed
        The document could not be worked through; its reject says why.
    corrections
        What ``Corrector`` found in it; empty without files of corrections.
    repeated
        Id and source of each article that was left out since one before it in the shard is the same.
    """

    digest: str
    counts: Mapping[str, int] = field(default_factory=dict)
    rejects: tuple[Mapping[str, Any], ...] = ()
    articles: tuple[tuple[str, str], ...] = ()
    failed: bool = False
    corrections: Mapping[str, Any] = field(default_factory=dict)
    repeated: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a shard besides its rows.

    Parameters
    ----------
    shard, generation, position, reading, scoring, model, copies
        As in ``ledger.ShardRecord``.
    rows, stances
        Rows, and statements by predicted label.
    drift
        When a model took the place of another: the other's name under ``model``, the stance of each row before under
        ``was`` (its place in ``LABELS``), and of the statements under ``moved`` rows of target, stance before, stance
        now, number.
    """

    shard: str
    generation: int
    position: int
    reading: str
    scoring: str
    model: str
    items: tuple[ItemFacts, ...]
    rows: int
    stances: Mapping[str, int]
    copies: Mapping[int, str | None] = field(default_factory=dict)
    drift: Mapping[str, Any] | None = None

    @property
    def counts(self) -> Counter[str]:
        """Counts over all documents."""
        total: Counter[str] = Counter()
        for item in self.items:
            total.update(item.counts)
        return total

    @property
    def rejects(self) -> list[dict[str, Any]]:
        """Rejects of all documents, in order."""
        return [dict(reject) for item in self.items for reject in item.rejects]

    @property
    def articles(self) -> list[tuple[str, str]]:
        """Id and source of all articles, in order."""
        return [article for item in self.items for article in item.articles]

    @property
    def corrections(self) -> list[Mapping[str, Any]]:
        """What ``Corrector`` found, by document; without those in which it found nothing."""
        return [item.corrections for item in self.items if item.corrections]

    @property
    def failed(self) -> int:
        """Documents that could not be worked through."""
        return sum(item.failed for item in self.items)

    def counting(self, rows: Sequence[Mapping[str, Any]]) -> Self:
        """Return the facts with the counts of these rows."""
        stances = Counter(row["stance"] for row in rows if row["is_statement"])
        counted = replace(self, rows=len(rows), stances={label: stances[label] for label in LABELS})
        if self.drift is None:
            return counted
        moved: Counter[tuple[str | None, str, str]] = Counter(
            (row["target"], LABELS[int(was)], row["stance"])
            for was, row in zip(self.drift["was"], rows, strict=True)
            if row["is_statement"]
        )
        found = [[*key, count] for key, count in sorted(moved.items(), key=lambda item: tuple(map(str, item[0])))]
        return replace(counted, drift={**self.drift, "moved": found})

    def note(self) -> dict[str, Any]:
        """Return the facts as JSON-ready values, with a check."""
        values = {"format": FORMAT, **asdict(self)}
        values["copies"] = {str(place): name for place, name in sorted(self.copies.items())}
        return values | {"check": _check(values)}

    @classmethod
    def of(cls, note: Mapping[str, Any]) -> Self:
        """Return the facts of a note.

        Raises
        ------
        ValueError
            If it is damaged or of another format.
        """
        values = {name: value for name, value in note.items() if name != "check"}
        if values.pop("format", None) != FORMAT or _check({"format": FORMAT, **values}) != note.get("check"):
            raise ValueError("its note is damaged or of another version")
        pairs = ("articles", "repeated")
        items = tuple(
            ItemFacts(
                **item
                | {"rejects": tuple(item["rejects"])}
                | {name: tuple((article, source) for article, source in item[name]) for name in pairs}
            )
            for item in values["items"]
        )
        copies = {int(place): name for place, name in values["copies"].items()}
        return cls(**values | {"items": items, "copies": copies})


def of_another_version(note: Mapping[str, Any]) -> bool:
    """Return whether a note is whole, and of another format."""
    values = {name: value for name, value in note.items() if name != "check"}
    return values.get("format") != FORMAT and _check(values) == note.get("check")


def _check(values: Mapping[str, Any]) -> str:
    return sha256_text(json.dumps(values, sort_keys=True))


def pack(rows: Sequence[Mapping[str, Any]], schema: pa.Schema, note: Mapping[str, Any]) -> bytes:
    """Return a Parquet file; the same rows and note give the same bytes."""
    columns = {name: [row.get(name) for row in rows] for name in schema.names}
    table = pa.table(columns, schema=schema.with_metadata({_KEY: json.dumps(note).encode()}))
    sink = pa.BufferOutputStream()
    # Few texts of a shard stand in it twice: dictionaries would take a third more time, and room.
    options = {"use_dictionary": False, "write_statistics": False, "write_page_checksum": True}
    pq.write_table(table, sink, compression="zstd", **options)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def unpack(
    data: bytes, where: str, columns: Sequence[str] | None = None
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return rows and note of a shard's file; parameters and errors are those of ``unpack_table``."""
    table, note = unpack_table(data, where, columns)
    return table.to_pylist(), note


def unpack_table(data: bytes, where: str, columns: Sequence[str] | None = None) -> tuple[pa.Table, dict[str, Any]]:
    """Return table and note of a shard's file, every page that is read checked.

    Parameters
    ----------
    columns
        Those that are wanted; None wants all.

    Raises
    ------
    InputError
        If it is damaged, or no file of ours.
    """
    try:
        # One shard is too small for several threads, and read_table looks for data sets first.
        file = pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True)
        table = file.read(columns, use_threads=False)
        note = json.loads((table.schema.metadata or {})[_KEY])
        return table, note
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        raise InputError(f"{where}: damaged ({str(error).splitlines()[0] if str(error) else 'no note'})") from error


def note_of(data: bytes, where: str) -> dict[str, Any]:
    """Return the note alone.

    Raises
    ------
    InputError
        If it is damaged, or no file of ours.
    """
    try:
        metadata = pq.read_schema(pa.BufferReader(data)).metadata or {}
        note: dict[str, Any] = json.loads(metadata[_KEY])
        return note
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        raise InputError(f"{where}: damaged") from error
