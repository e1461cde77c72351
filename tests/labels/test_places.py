"""Where quotations stand in the source texts, found by their ids."""

import pytest

from pipeline.errors import InputError
from pipeline.labels.places import Places, place


def test_every_quotation_has_its_place_in_the_source_text(corpus, expected):
    places = Places(corpus.rows, corpus.articles)
    found = [places.find(row["quote_id"]) for row in corpus.rows]
    assert [spot.statement_id for spot in found] == expected.ids
    assert [(spot.start, spot.end) for spot in found] == expected.spans
    assert [spot.kind for spot in found] == expected.kinds
    assert [corpus.sources[spot.source][spot.start : spot.end] for spot in found] == expected.surfaces


def test_a_term_is_something_as_speech_too(corpus):
    spot = Places(corpus.rows, corpus.articles).find(corpus.rows[3]["quote_id"])
    assert (spot.kind, spot.speech, spot.targets) == ("term", "fragment", ("Norvane in 5G networks",))


def test_a_span_that_is_no_quotation_is_found_by_the_id_that_gold_gives_it(corpus):
    spot = Places(corpus.rows, corpus.articles).find("a1:27-35")
    assert (spot.text, spot.kind, spot.start, spot.end) == ("Ana Ruiz", "statement", 27, 35)
    assert corpus.sources["talk.txt"][27:35] == "Ana Ruiz"


@pytest.mark.parametrize(
    "statement_id", ["", "a1", "a1:5-3", "a1:0-9", "a1:20-999999", "a3:16-21", "a1:x-y", "a2:3-900"]
)
def test_an_id_without_a_place_has_none(corpus, statement_id):
    assert Places(corpus.rows, corpus.articles).find(statement_id) is None


def test_the_targets_of_a_quotation_with_several_rows_are_all_known(corpus):
    rows = [corpus.rows[0], {**corpus.rows[0], "target": "Karrow"}, {**corpus.rows[1], "target": None}]
    places = Places(rows, corpus.articles)
    assert places.find(rows[0]["quote_id"]).targets == ("Norvane in 5G networks", "Karrow")
    assert places.find(rows[2]["quote_id"]).targets == ()


def test_a_row_of_another_article_is_refused(corpus):
    with pytest.raises(InputError, match=r"a1:16-21: does not stand at 1-6 of talk\.txt"):
        place({**corpus.rows[0], "start": 1, "end": 6}, {"a1": corpus.articles[0]})
    with pytest.raises(InputError, match="its article is not beside the quote table"):
        Places(corpus.rows, corpus.articles[1:]).find("a1:16-21")


def test_versions_are_those_of_the_source(corpus):
    places = Places(corpus.rows, corpus.articles)
    assert places.versions("talk.txt") == {corpus.articles[0].raw_sha256}
    assert places.versions("other.txt") == places.versions(None) == set()
