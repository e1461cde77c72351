"""The topics that come along: each says what can be said about its target."""

import pytest

from pipeline.config import load_topics
from pipeline.records import LABELS

TOPICS = load_topics()
every_topic = pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.target)


def test_targets_are_different():
    assert len({topic.target for topic in TOPICS}) == len(TOPICS)


@every_topic
def test_it_has_as_many_hypotheses_for_each_label(topic):
    assert set(topic.hypotheses) == set(LABELS)
    # The likeliest of a label's hypotheses counts: a label with more of them would have more chances.
    assert {len(topic.hypotheses[label]) for label in LABELS} <= {1, 2, 3}
    assert len({len(topic.hypotheses[label]) for label in LABELS}) == 1


@every_topic
def test_hypotheses_are_different_plain_sentences(topic):
    sentences = [sentence for label in LABELS for sentence in topic.hypotheses[label]]
    assert len(set(sentences)) == len(sentences)
    for sentence in sentences:
        assert sentence == " ".join(sentence.split())
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert not set(sentence) & set('{}"“”«»?')
        assert len(sentence.split()) <= 20


@every_topic
def test_hypotheses_of_a_side_name_what_is_restricted(topic):
    # Of the real topics, and of invented vendors too: no sentence speaks of another one.
    names = {other.target.split()[0] for other in TOPICS if other.target[0].isupper() and " " not in other.target}
    names -= {topic.target}
    said = " ".join(sentence for label in LABELS for sentence in topic.hypotheses[label])
    assert {name for name in names if name in said} == set()
    words = {word.lower().strip(".,").rstrip("s") for word in said.split()}
    target = {word.lower().rstrip("s") for word in topic.target.split() if len(word) > 3 or word.isupper()}
    assert words & target
