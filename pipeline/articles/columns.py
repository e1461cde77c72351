"""Which column or key of a record holds what, and the record as a document."""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from pipeline.articles.sources import ReadOptions, Source
from pipeline.encodings import tidy
from pipeline.errors import RecordError
from pipeline.records import Document, Page, Reject

Records = Iterator[Document | Page | Reject]
"""What a reader yields."""

SYNONYMS = {
    "text": (
        "text", "body", "content", "article", "article_text", "article_body", "full_text", "main_text", "body_text",
        "text_content", "story", "document", "plain_text", "raw_text",
    ),
    "title": ("title", "headline", "heading", "head", "hed", "article_title"),
    "outlet": (
        "outlet", "publisher", "publication", "newspaper", "outlet_name", "source_name", "source", "site_name", "site",
        "media", "media_name", "media_outlet", "source_domain", "domain",
    ),
    "published": (
        "published", "date", "pub_date", "published_at", "publish_date", "publication_date", "date_published",
        "published_date", "datetime", "timestamp", "created_at", "time",
    ),
    "url": ("url", "link", "href", "permalink", "web_url", "article_url", "source_url", "canonical_url"),
    "id": ("id", "article_id", "doc_id", "document_id", "record_id", "guid", "uuid", "uid", "_id"),
    "target": ("target", "stance_target"),
}  # fmt: skip
"""Field to the column names that are taken for it, likeliest first; case, spaces and punctuation do not matter."""

_RECORD_SHOWN = 2000
_NEVER_NAN = {"id", "published"}


def find_columns(names: Iterable[str], given: Mapping[str, str]) -> dict[str, str]:
    """Return field to column name, for every field that the columns have.

    Raises
    ------
    RecordError
        Reason ``no-text-column``, where no column holds the text or a configured one is missing.

    Examples
    --------
    >>> find_columns(["Headline", "Pub Date", "BODY"], {})
    {'text': 'BODY', 'title': 'Headline', 'published': 'Pub Date'}
    """
    names = [name for name in names if isinstance(name, str)]
    known = {_bare(name): name for name in reversed(names)}
    found = {}
    for field, synonyms in SYNONYMS.items():
        if field in given:
            if given[field] not in names:
                raise RecordError(f"no column {given[field]!r}; {_have(names)}", reason="no-text-column")
            found[field] = given[field]
        elif name := next((known[_bare(s)] for s in synonyms if _bare(s) in known), None):
            found[field] = name
    if "text" not in found:
        message = f"no text column; {_have(names)}; name yours with --set columns.text=NAME"
        raise RecordError(message, reason="no-text-column")
    return found


@lru_cache(1024)
def _bare(name: str) -> str:
    return "".join(char for char in name.casefold() if char.isalnum())


def _have(names: list[str]) -> str:
    return f"it has {', '.join(name[:40] for name in names[:12]) or 'none'}"


def document(
    record: Mapping[str, Any], columns: Mapping[str, str], source: Source, number: int, options: ReadOptions
) -> Document:
    """Return one record as a document.

    Raises
    ------
    RecordError
        Reason ``empty``, ``not-text`` or ``too-large``.
    """
    value = record.get(columns["text"])
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        value = "\n\n".join(value)
    if value is not None and not isinstance(value, str):
        what = type(value).__name__
        raise RecordError(f"column {columns['text']!r} holds {what} here, not text", reason="not-text")
    fields: dict[str, Any] = {name: _plain(record.get(column)) for name, column in columns.items() if name != "text"}
    for name in _NEVER_NAN & fields.keys():
        fields[name] = None if (fields[name] or "").lower() in ("nan", "nat") else fields[name]
    key = fields.pop("id", None) or f"L{number}"
    text = checked(tidy(value or ""), options)
    return Document(text=text, source=f"{source.name}#{key}", record_id=key, where=source.where, **fields)


def checked(text: str, options: ReadOptions) -> str:
    """Return the text unless it is empty or over the limit (``RecordError``)."""
    if not text.strip():
        raise RecordError("no text in it; fill it in or leave it out", reason="empty")
    if len(text) > options.max_document_bytes or len(text.encode()) > options.max_document_bytes:
        raise too_large(options)
    return text


def too_large(options: ReadOptions) -> RecordError:
    """Return the error for a document over the limit."""
    limit = options.max_document_bytes / (1 << 20)
    return RecordError(f"over {limit:g} MB; raise max_document_mb or split it", reason="too-large")


def _plain(value: Any) -> str | None:
    """Return a field of a record as one line of text; None for what says nothing."""
    if isinstance(value, dict):
        # News interfaces give the outlet as {"id": ..., "name": ...}.
        value = value.get("name")
    if value is None or isinstance(value, (list, bytes)) or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if value != value:  # what pandas has for no date
        return None
    if isinstance(value, (datetime.date, datetime.time)):
        value = value.isoformat()
    return " ".join(tidy(str(value)).split()) or None


class LastReject(Reject):
    """A reject behind which nothing of its file was read."""


def reject(
    source: Source, position: str | None, error: RecordError, record: object = None, *, last: bool = False
) -> Reject:
    """Return a record's error as a reject; of the record, the first 2,000 characters are kept.

    Parameters
    ----------
    last
        Nothing of the file is read behind it, as behind every reject without a position.
    """
    kind = LastReject if last or position is None else Reject
    shown = record if isinstance(record, str) or record is None else json.dumps(record, ensure_ascii=False, default=str)
    return kind(
        file=source.where,
        position=position,
        reason=error.reason,
        message=tidy(str(error)),
        record=tidy(shown[:_RECORD_SHOWN]) if shown is not None else None,
    )
