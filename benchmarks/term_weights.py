"""Fit the weights of `pipeline.quotes.terms` on annotated real quotations (train part), and check them on the dev part.

usage: python benchmarks/term_weights.py [--shared ../shared]

Prints the WEIGHTS table to paste into the module. Reads the annotations in place; nothing of them is kept.
"""

import argparse
import gzip
import json
import os
from collections import defaultdict
from pathlib import Path

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from pipeline.articles.cleaning import clean
from pipeline.quotes.spans import body_paragraphs, quotation_spans
from pipeline.quotes.speakers import Attributor
from pipeline.quotes.terms import SHORT, inner_words, term_features
from pipeline.records import Document

_OPEN = "\"“”‘’'„«» \n\t"


def _rows(path):
    with gzip.open(path, "rt", encoding="utf-8") as handle:
        yield from map(json.loads, handle)


def _bare(text, start, end):
    """Return a span without marks, spaces and closing punctuation at its ends."""
    while start < end and text[start] in _OPEN:
        start += 1
    while end > start and text[end - 1] in _OPEN + ",.;":
        end -= 1
    return start, end


def _features(document):
    """Yield (raw span, features) of each short quotation of a document."""
    for article in clean(document).articles:
        paragraphs = body_paragraphs(article)
        spans = quotation_spans(article, paragraphs)
        if not spans:
            continue
        attributor = Attributor(article.text, paragraphs, spans)
        for index, attribution in enumerate(attributor.run()):
            text = article.text[slice(*spans[index])]
            if len(inner_words(text)) <= SHORT:
                sentence, at = attributor.passages.place_of(index)
                yield article.raw_span(*spans[index]), term_features(text, sentence.tokens, at, attribution)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("QUOTESTANCE_SHARED", "../shared")))
    data = parser.parse_args().shared / "data"
    gold = defaultdict(list)
    for row in _rows(data / "news_quotes.jsonl.gz"):
        gold[row["article_id"]].append(row)
    x, y = defaultdict(list), defaultdict(list)
    for article in _rows(data / "news_articles.jsonl.gz"):
        text = article["text"]
        found = {
            _bare(text, *span): f for span, f in _features(Document(text=text, source="-", title=article["title"]))
        }
        for row in gold.get(article["id"], ()):
            if features := found.get(_bare(text, row["start"], row["end"])):
                x[row["split"]].append(features)
                y[row["split"]].append(row["kind"] != "term")
    vectorizer = DictVectorizer().fit(x["train"])
    model = LogisticRegression(C=1.0, max_iter=2000).fit(vectorizer.transform(x["train"]), y["train"])
    for name, weight in zip(vectorizer.feature_names_, model.coef_[0], strict=True):
        print(f'    "{name}": {weight:.2f},')
    print(f"INTERCEPT = {model.intercept_[0]:.2f}")
    truth, probability = np.array(y["dev"]), model.predict_proba(vectorizer.transform(x["dev"]))[:, 1]
    print(f"# train n = {len(y['train'])}; dev n = {len(truth)}, fragments {truth.sum()}")
    for threshold in (0.5, 0.6, 0.7):
        kept, terms = (probability[truth] >= threshold).mean(), (probability[~truth] >= threshold).mean()
        print(f"# dev at {threshold}: fragments kept {kept:.3f}, terms taken for statements {terms:.3f}")


if __name__ == "__main__":
    main()
