"""The leakage certificate on planted leaks."""

from pipeline.evaluation.leakage import Part, Shared, certify

CLIPPED = "We will not pay a penny for a mast that nobody has asked for"
WHOLE = f"“{CLIPPED}, and we have said so before,”"
OTHER = "“The harbour office counted eleven ships on the first day of the month,”"
THIRD = "“Nobody in this town was ever asked what the new antennas are meant for,”"
SHORT = "“Not worth the risk,”"

TRAIN = Part(["s1", "s1", "s2", "s3"], [WHOLE, OTHER, SHORT, "“It rains.”"], ["ann-lee", "ann-lee", "bo-ek", None])
# The clipped quotation twice, a short one that is too generic, and a story of train.
TEST = Part(["s4", "s5", "s6", "s2"], [CLIPPED, CLIPPED, SHORT, THIRD], ["ann-lee", None, "bo-ek", "cy-orr"])
DEV = Part(["s7"], ["“Something else altogether, in words that no other speaker uses,”"], ["cy-orr"])


def planted():
    return certify({"train": TRAIN, "dev": DEV, "test": TEST}, threshold=0.6, min_words=8)


def test_every_planted_leak_is_counted():
    leak = planted().leaks["test", "train"]
    assert leak.stories == Shared(1, 1)
    assert leak.near_duplicates == Shared(2, 2)
    assert leak.speakers == Shared(2, 2)
    assert not leak.clean
    assert not planted().clean


def test_speakers_alone_are_no_leak():
    leaks = planted().leaks
    assert leaks["test", "dev"].speakers == Shared(1, 1)
    assert leaks["test", "dev"].clean
    assert leaks["dev", "train"].speakers == Shared(0, 0)
    assert leaks["dev", "train"].clean


def test_what_is_near_depends_on_the_threshold():
    shorter = certify({"train": TRAIN, "dev": DEV, "test": TEST}, threshold=0.6, min_words=4)
    assert shorter.leaks["test", "train"].near_duplicates == Shared(3, 3)


def test_the_same_story_of_a_dev_without_statements():
    empty = Part([], [], [])
    found = certify({"train": TRAIN, "dev": empty, "test": Part(["s9"], [THIRD], [None])}, threshold=0.6, min_words=8)
    assert found.clean
    assert found.as_dict()["test_dev"] == {
        name: {"shared": 0, "statements": 0} for name in ("stories", "near_duplicates", "speakers")
    }
