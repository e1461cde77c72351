"""Units of coding: which statements become one, toward which target, with which labels."""

import pytest

from pipeline.errors import InputError, LabelError
from pipeline.labels.units import in_context, make_units

TARGET = "Norvane in 5G networks"
STANCES = {"stance": "neutral", "confidence": 0.5, "model": "tfidf-1"}


def units(corpus, rows=None, **options):
    return make_units(corpus.rows if rows is None else rows, corpus.articles, **options)


def ids(made):
    return [unit.place.statement_id for unit in made.units]


def test_statements_become_units_and_terms_do_not(corpus, expected):
    made = units(corpus)
    assert ids(made) == [found for found, kind in zip(expected.ids, expected.kinds, strict=True) if kind != "term"]
    assert (made.counts["quotes"], made.counts["terms"], made.rejects) == (5, 1, ())
    assert ids(units(corpus, terms=True)) == expected.ids


def test_the_quotation_is_marked_in_its_context_by_place_not_by_words(corpus):
    made = units(corpus)
    assert [unit.quote for unit in made.units] == ["“No,”", "“No,”", "“a slow road”", "“+1 < 2 & 3,”"]
    assert [unit.marked[0] for unit in made.units[:2]] == [0, 21]


def test_a_context_that_is_not_in_the_article_still_shows_the_quotation(corpus):
    row = corpus.rows[0]
    assert in_context(corpus.articles[0], {**row, "context": "He: “No,” no."}) == ("He: “No,” no.", (4, 9))
    assert in_context(corpus.articles[0], {**row, "context": "Nothing."}) == ("“No,”", (0, 5))
    assert in_context(corpus.articles[0], {**row, "context": None}) == ("“No,”", (0, 5))


def test_given_targets_take_the_place_of_the_tables(corpus):
    made = units(corpus, targets=["Karrow", "Tessaly"])
    assert [unit.target for unit in made.units[:4]] == ["Karrow", "Tessaly", "Karrow", "Tessaly"]


def test_a_quotation_with_several_rows_is_a_unit_for_each_target(corpus):
    rows = [corpus.rows[0], {**corpus.rows[0], "target": "Karrow"}]
    assert [unit.target for unit in units(corpus, rows).units] == [TARGET, "Karrow"]


def test_a_statement_without_a_target_is_a_reject(corpus):
    rows = [{**corpus.rows[0], "target": None}, corpus.rows[1]]
    made = units(corpus, rows)
    assert len(made.units) == 1
    (reject,) = made.rejects
    assert (reject.reason, reject.position, reject.record) == ("no-target", "a1:16-21", "“No,”")
    assert "--target" in reject.message


def test_labels_that_are_there_come_along_one_a_coder(corpus):
    gold = [corpus.gold(0), corpus.gold(0, coder="ben", label="pro-restriction", speaker="Ana R. Ruiz"), corpus.gold(4)]
    made = units(corpus, gold=gold)
    assert [[annotation.coder for annotation in unit.coded] for unit in made.units] == [["ana", "ben"], [], [], ["ana"]]
    assert [(unit.speaker, unit.named) for unit in made.units[:2]] == [
        ("Ana Ruiz", "Ana R. Ruiz"),
        ("Ana Ruiz", "Ana Ruiz"),
    ]


def test_gold_names_the_targets_unless_others_are_given(corpus):
    gold = [corpus.gold(0, target="Karrow"), corpus.gold(0, target=TARGET)]
    assert [unit.target for unit in units(corpus, gold=gold).units[:2]] == ["Karrow", TARGET]
    made = units(corpus, gold=gold, targets=["Karrow"])
    assert [len(unit.coded) for unit in made.units] == [1, 0, 0, 0]
    assert made.counts["other_target"] == 1


def test_what_the_extractor_missed_is_cut_from_the_article_in_its_order(corpus):
    start = corpus.sources["talk.txt"].index("Ana Ruiz")
    made = units(corpus, gold=[corpus.gold(0, start=start, end=start + 8)])
    assert ids(made)[:3] == ["a1:16-21", "a1:27-35", "a1:37-42"]
    assert (made.units[1].quote, made.units[1].title) == ("Ana Ruiz", "Roads")


def test_coders_decide_what_is_a_term(corpus):
    made = units(corpus, gold=[corpus.gold(0, kind="term", label=None, target=""), corpus.gold(3, kind="fragment")])
    assert ids(made) == ["a1:37-42", "a1:73-87", "a1:96-106", "a2:13-26"]
    assert made.counts["terms"] == 1


def test_gold_without_a_place_is_a_reject_and_changed_texts_are_an_error(corpus):
    made = units(corpus, gold=[corpus.gold(0, source="other.txt")])
    assert [reject.reason for reject in made.rejects] == ["no-article"]
    with pytest.raises(LabelError, match="has changed since it was annotated"):
        units(corpus, gold=[corpus.gold(0, sha256="0" * 64)])


def test_predictions_come_along_where_asked_for_and_where_the_target_is_that_of_the_row(corpus):
    rows = [{**row, **STANCES} for row in corpus.rows]
    assert [unit.predicted for unit in units(corpus, rows).units] == [None] * 4
    first = units(corpus, rows, predictions=True).units[0].predicted
    assert (first.stance, first.confidence, first.model) == ("neutral", 0.5, "tfidf-1")
    assert units(corpus, rows, predictions=True, targets=["Karrow"]).units[0].predicted is None


def test_rows_without_their_article_are_refused(corpus):
    with pytest.raises(InputError, match="a2:13-26: its article is not beside the quote table"):
        make_units(corpus.rows, corpus.articles[:1])
