"""What each part of finding quotations and speakers is worth: one part is switched off at a time.

usage: python benchmarks/ablation.py [--split dev] [--articles N]

PolNeAR (QUOTESTANCE_SHARED, default ../shared) tells spans and mentions, the founding documents resolved names. Parts
are switched off from outside, by patching, so that the package itself has no switches for it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any
from unittest.mock import patch

from _shared import ROOT, Absent, need, rows_of, scored_by, write_rows

from pipeline.articles.cleaning import clean
from pipeline.quotes import QuoteOptions, find_quotes
from pipeline.quotes.lexicon import SAY_FORMS, SPEECH_FORMS
from pipeline.quotes.resolution import Resolver
from pipeline.quotes.speakers import Attributor
from pipeline.quotes.tagger import Tagger
from pipeline.records import Document
from pipeline.rows import quote_row

Rows = list[dict[str, Any]]
BOTH = frozenset({"direct", "mixed"})


@contextmanager
def few_cues() -> Iterator[None]:
    """Know no reporting verbs but "say", "tell", "add", "write", "ask", "reply", "note" and "tweet"."""
    gone = SPEECH_FORMS - SAY_FORMS
    with ExitStack() as stack:
        for name, module in list(sys.modules.items()):
            if name.startswith("pipeline.quotes"):
                for words in ("SPEECH_FORMS", "CUE_WORDS"):
                    if hasattr(module, words):
                        stack.enter_context(patch.object(module, words, getattr(module, words) - gone))
        yield


def without(owner: type, method: str) -> Callable[[], Any]:
    """Return what makes a method find nothing."""
    return lambda: patch.object(owner, method, lambda *_: None)


def quotes_only(*arguments: Any) -> tuple[int, int]:
    """Return the quotation as its own content."""
    _, tokens, at, *_ = arguments
    return tokens[at].start, tokens[at].end


PARTS: dict[str, Callable[[], Any]] = {
    "everything": ExitStack,
    "cue list: only say, tell, add …": few_cues,
    "no carry-on, no floating": without(Attributor, "_continued"),
    "no pronouns": without(Resolver, "_pronoun"),
    "no content spans": lambda: patch("pipeline.quotes.content_span", quotes_only),
    "all in marks is a statement": lambda: patch("pipeline.quotes.is_statement", lambda *_: True),
}


def found(rows: Rows, options: QuoteOptions) -> Rows:
    """Return the rows of the quote tables of sources with ``id`` and ``text``."""
    return [
        quote_row(article, quote)
        for row in rows
        for article in clean(Document(text=row["text"], source=row["id"])).articles
        for quote in find_quotes(article, options)
    ]


def polnear(rows: Rows, options: QuoteOptions, script: Path, given: tuple[str, ...]) -> tuple[float, ...]:
    """Return F1 at IoU >= 0.5, speaker accuracy and F1 of attributed characters, in per cent."""
    from quotes import attributions

    table = found(rows, options)
    made = [{"id": row["id"], "quotes": attributions(r for r in table if r["source"] == row["id"])} for row in rows]
    with tempfile.TemporaryDirectory() as name:
        gold, predicted = Path(name) / "gold.jsonl", Path(name) / "predicted.jsonl"
        write_rows(gold, rows)
        write_rows(predicted, made)
        result, _ = scored_by(script, "score", gold, predicted, *given, "--fragments")
    return result["iou50"]["f1"], result["spk_acc"], result["attr_char"]["f1"]


def founding(options: QuoteOptions) -> tuple[float, float]:
    """Return the shares of resolved names that are right, and of terms that came out as statements."""
    seeds, gold, script = need("seeds", "seeds/gold.jsonl", "bench/score_table.py")
    rows = [{"id": path.name, "text": path.read_text(encoding="utf-8")} for path in sorted(seeds.glob("*.txt"))]
    with tempfile.TemporaryDirectory() as name:
        table = Path(name) / "quotes.jsonl"
        write_rows(table, found(rows, options))
        result, _ = scored_by(script, table, gold, seeds)
    return result["speaker"], result["term_as_statement"]


def run(split: str, articles: int | None) -> None:
    data, script = need(f"data/polnear_{split}.jsonl.gz", "bench/score_quotes.py")
    rows = list(islice(rows_of(data), articles))
    tagger = Tagger(ROOT / "models" / "indirect")
    print(f"PolNeAR {split}, {len(rows)} articles, and the founding documents: development data\n")
    print(f"{'':<34}{'direct, mixed':^27}{'all speech':^27}{'founding':^18}")
    heads = ("iou50", "speaker", "chars", "iou50", "speaker", "chars", "name", "terms")
    print(f"{'':<34}" + "".join(f"{head:>9}" for head in heads))
    for name, off in PARTS.items():
        with off():
            quoted = polnear(rows, QuoteOptions(BOTH), script, ("--types", "direct,mixed"))
            speech = polnear(rows, QuoteOptions(BOTH | {"indirect"}, tagger=tagger), script, ("--speech",))
            figures = (*quoted, *speech, *founding(QuoteOptions(BOTH)))
        print(f"{name:<34}" + "".join(f"{figure:>9}" for figure in figures), flush=True)
    speech = polnear(rows, QuoteOptions(BOTH), script, ("--speech",))
    print(f"{'no tagger':<34}{'':>27}" + "".join(f"{figure:>9}" for figure in speech))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--split", choices=("train", "dev"), default="dev")
    parser.add_argument("--articles", type=int, metavar="N", help="use only the first N")
    arguments = parser.parse_args()
    try:
        run(arguments.split, arguments.articles)
    except Absent as reason:
        print(f"skipped: {reason}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
