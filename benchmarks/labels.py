"""Agreement between the codings of real quotations, and what the third coder decided.

usage: python benchmarks/labels.py [--data FOLDER]

Cohen's kappa between first and second coding, of all statements and of those that neither coder calls ambiguous.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path

from _shared import SHARED, Absent, rows_of
from _statements import ANNOTATIONS

Span = tuple[str, int, int]
Coding = tuple[str | None, bool]


def codings(name: str) -> dict[Span, list[Coding]]:
    """Return the codings of a file by span, in the order of their coders' names."""
    found: dict[Span, list[Coding]] = defaultdict(list)
    for row in sorted(rows_of(ANNOTATIONS / name), key=lambda row: str(row["coder"])):
        found[row["article_id"], row["start"], row["end"]].append((row["label"], row["ambiguous"]))
    return dict(found)


def report(name: str, pairs: Mapping[Span, list[Coding]]) -> None:
    """Print the agreement of the first two codings of each span."""
    from sklearn.metrics import cohen_kappa_score

    both = [(found[0], found[1]) for found in pairs.values() if len(found) > 1 and found[0][0] and found[1][0]]
    sure = [(first, second) for first, second in both if not first[1] and not second[1]]
    for kind, chosen in (("all", both), ("called ambiguous by neither", sure)):
        first, second = ([coding[0] for coding in codings] for codings in zip(*chosen, strict=True))
        agreed = sum(a == b for a, b in zip(first, second, strict=True)) / len(chosen)
        kappa = cohen_kappa_score(first, second)
        print(f"{name:<44}{kind:<30}n = {len(chosen):<6} agreement {agreed:.3f}  kappa {kappa:.3f}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=SHARED / "data", help="folder of the data beside the project")
    quotes = parser.parse_args().data / "news_quotes.jsonl.gz"
    report("further articles, first and second coding", codings("additions.jsonl"))
    if not quotes.exists():
        raise SystemExit(f"skipped: {Absent(f'{quotes} is not here; set QUOTESTANCE_SHARED')}")
    second, third = codings("second_coding.jsonl"), codings("adjudication.jsonl")
    first = {
        (row["article_id"], row["start"], row["end"]): (row["label"], bool(row["ambiguous"]))
        for row in rows_of(quotes)
        if row["split"] == "train" and row["kind"] != "term"
    }
    report("train split, first and second coding", {span: [first[span], *second[span]] for span in second})
    decided = Counter(
        "for the first coder"
        if label == first[span][0]
        else "for the second"
        if label == second[span][0][0]
        else "other"
        for span, [(label, _)] in third.items()
    )
    print(f"disputes decided: {dict(decided)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
