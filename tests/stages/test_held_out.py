"""What evaluation reads of the statements beside their text."""

import pytest

from pipeline.stages.held_out import certificate, speaker_key, with_seen


def row(speaker, kind=None, **more):
    return {"speaker": speaker, "speaker_type": kind, "story_id": "s", "text": "“x”", **more}


KEYS = [
    (row("Ann Lee", "person"), "ann-lee"),
    (row("Sen. Ann Lee Jr.", "person"), "ann-lee"),
    (row("Ann Lee"), "ann-lee"),
    (row("al-Noor Haddad", "person"), "al-noor-haddad"),
    (row("Quillon Corp.", "organisation"), "quillon"),
    (row("the Quillon company", "organisation"), "quillon"),
    (row("Quillon"), "quillon"),
    (row("a senior official", "unnamed"), None),
    (row("a senior official"), None),
    (row(None), None),
    ({"speaker": "Ann Lee"}, "ann-lee"),
    ({}, None),
]


@pytest.mark.parametrize(("told", "key"), KEYS)
def test_a_speaker_is_told_again_by_the_name(told, key):
    assert speaker_key(told) == key


def test_seen_is_who_speaks_in_train_and_null_where_nobody_is_named():
    train = [row("Senator Ann Lee", "person"), row("a senior official", "unnamed")]
    test = [row("Ann Lee", "person"), row("Bo Ek", "person"), row("a senior official", "unnamed"), {"text": "x"}]
    assert [found["speaker_seen"] for found in with_seen(test, train)] == [True, False, None, None]


def test_the_certificate_is_of_the_splits():
    splits = {"train": [row("Ann Lee")], "dev": [], "test": [row("Dr. Ann Lee", "person", story_id="s2")]}
    leak = certificate(splits, threshold=0.6, min_words=8).as_dict()["test_train"]
    assert leak["speakers"] == {"shared": 1, "statements": 1}
    assert leak["stories"] == {"shared": 0, "statements": 0}
