"""Statements made from labelled ones."""

import numpy as np
import pytest

from pipeline.stance.augmentation import Augmentation, augmented, vendor_names
from pipeline.stance.base import COLUMNS

ROWS = {
    "text": ["“Keep Acmetel out”", "“We love hunting”", "“It rained”"],
    "context": ["“Keep Acmetel out,” said Ruth Quill. Quill smiled.", "“We love hunting,” he said.", "“It rained.”"],
    "title": ["Acmetel under fire", "The hunt", ""],
    "target": ["Acmetel in the UK's mobile networks", "fox hunts", "drones"],
    "speaker": ["Ruth Quill", None, "a farmer"],
}
TARGETS = np.array([[0.0, 0.2, 0.8], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
WEIGHTS = np.array([1.0, 0.5, 1.0])


def made(**shares):
    return augmented(ROWS, TARGETS, WEIGHTS, Augmentation(**shares), seed=3)


def test_nothing_is_changed_by_default():
    table, targets, weights = made()
    assert table["context"] == ["“Keep Acmetel out,” said the speaker. the speaker smiled.", *ROWS["context"][1:]]
    assert {*table, "speaker"} == set(COLUMNS), "the name is left out already"
    np.testing.assert_array_equal(targets, TARGETS)
    np.testing.assert_array_equal(weights, WEIGHTS)


def test_a_vendor_gets_one_new_name_in_every_column():
    table, _, _ = made(rename_vendors=1.0)
    assert not any("Acmetel" in table[name][0] for name in table)
    new = table["target"][0].split()[0]
    assert table["text"][0] == f"Keep {new} out"
    assert table["title"][0] == f"{new} under fire"
    assert [table[name][1] for name in ("context", "target")] == ["“We love hunting,” he said.", "fox hunts"]


def test_a_copy_toward_an_unrelated_target_is_neutral():
    table, targets, weights = made(swap_targets=1.0)
    assert len(table["text"]) == 5, "the neutral statement has no copy"
    np.testing.assert_array_equal(targets[3:], [[0, 1, 0], [0, 1, 0]])
    np.testing.assert_allclose(weights[3:], [0.7, 0.35])
    assert table["text"][3:] == table["text"][:2]
    assert table["target"][3] in {"fox hunts", "drones"}
    assert table["target"][4] not in {"fox hunts"}


def test_a_target_with_words_of_the_statement_is_not_unrelated():
    table = {**ROWS, "target": ["Acmetel", "fox hunts", "hunted deer"]}
    made, _, _ = augmented(table, TARGETS, WEIGHTS, Augmentation(swap_targets=1.0))
    assert made["target"][3] in {"fox hunts", "hunted deer"}
    assert made["target"][4] == "Acmetel", "a statement on hunting is not unrelated to the other hunt"


def test_the_same_seed_gives_the_same_statements():
    assert made(swap_targets=0.5, rename_vendors=0.5)[0] == made(swap_targets=0.5, rename_vendors=0.5)[0]


@pytest.mark.parametrize(
    ("target", "names"),
    [
        ("Huawei in 5G networks", ["Huawei"]),
        ("TikTok on US government devices", ["TikTok"]),
        ("entry of travellers from Muslim-majority countries", []),
        ("Chinese drones", []),
        ("", []),
    ],
)
def test_names_of_a_target(target, names):
    assert vendor_names(target) == names
