"""A block saved as terms and weights gives what scikit-learn's own vectorizer gives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from pipeline.errors import ModelError
from pipeline.stance.features import TextFeatures, TfidfBlock

TEXTS = [
    "The ban is wrong; we don’t want the ban.",
    "We don't want it \x85 not the ban, not ever",
    "İstanbul’s Şirket says the ban is a ban",
    "a a a",
    "",
    "the the ban",
]
UNSEEN = ["The BAN, the ban!", "nothing known here zzz", "", " \n", "don't the", "ban is"]

# Words that repeat, so that n-grams do, with the signs on which tokenizers differ.
_WORDS = st.sampled_from(["ban", "the", "The", "don't", "don’t", "it's", "Ş", "5G", "—", "a", "\x85", "»", "x y"])
_TEXT = st.lists(_WORDS, max_size=12).map(" ".join)


def oracle(features: TextFeatures) -> TfidfVectorizer:
    return TfidfVectorizer(
        analyzer=features.analyzer,
        ngram_range=features.ngrams,
        min_df=features.min_df,
        sublinear_tf=True,
        preprocessor=lambda text: text.lower().replace("’", "'"),
        token_pattern=r"\w+" if features.analyzer == "word" else None,
        dtype=np.float32,
    )


FEATURES = [
    TextFeatures("context", "word", (1, 1), min_df=1),
    TextFeatures("context", "word", (1, 2), min_df=2),
    TextFeatures("context", "word", (2, 3), min_df=1),
    TextFeatures("context", "char_wb", (2, 5), min_df=2),
    TextFeatures("context", "char_wb", (1, 3), min_df=1),
]


@pytest.mark.parametrize("features", FEATURES, ids=str)
def test_values_equal_those_of_scikit_learn(features):
    theirs = oracle(features).fit(TEXTS)
    ours = TfidfBlock.fit(features, {"text": TEXTS, "context": TEXTS})
    assert ours.terms == list(theirs.get_feature_names_out())
    for texts in (TEXTS, UNSEEN):
        ours_values = ours.transform({"text": texts, "context": texts})
        np.testing.assert_allclose(ours_values.toarray(), theirs.transform(texts).toarray(), atol=1e-6)


@settings(deadline=None, max_examples=60)
@given(st.lists(_TEXT, min_size=1, max_size=6), st.lists(_TEXT, max_size=6), st.sampled_from(FEATURES))
def test_values_equal_those_of_scikit_learn_on_any_texts(known, texts, features):
    features = TextFeatures(features.column, features.analyzer, features.ngrams, min_df=1)
    try:
        theirs = oracle(features).fit(known)
    except ValueError:  # an empty vocabulary
        with pytest.raises(ModelError):
            TfidfBlock.fit(features, {"text": known, "context": known})
        return
    ours = TfidfBlock.fit(features, {"text": known, "context": known})
    if texts:
        expected = theirs.transform(texts).toarray()
        np.testing.assert_allclose(ours.transform({"text": texts, "context": texts}).toarray(), expected, atol=1e-6)


def test_the_weight_multiplies_the_block():
    table = {"text": TEXTS, "context": TEXTS}
    plain = TfidfBlock.fit(TextFeatures("context", "word", (1, 1)), table).transform(table)
    halved = TfidfBlock.fit(TextFeatures("context", "word", (1, 1), weight=0.5), table).transform(table)
    np.testing.assert_allclose(halved.toarray(), 0.5 * plain.toarray())


def test_a_block_without_any_ngram_says_what_to_do():
    with pytest.raises(ModelError, match=r"word features of 'title'.*min_df"):
        TfidfBlock.fit(TextFeatures("title", "word", (1, 1)), {"text": TEXTS})


def test_terms_and_weights_must_be_as_many():
    with pytest.raises(ValueError, match="2 terms"):
        TfidfBlock(FEATURES[0], ["a", "b"], np.ones(3))
