import pytest

from pipeline.articles.topics import TopicFinder
from pipeline.config import load_topics

FINDER = TopicFinder(
    {"Norvane in 5G networks": ["Norvane", "5G", "5G networks"], "encryption": ["end-to-end encryption", "backdoor"]}
)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("Norvane’s masts", "Norvane in 5G networks"),
        ("NORVANE and a backdoor, a Backdoor.", "encryption"),
        ("End-to-end\nencryption", "encryption"),
        ("one backdoor, one Norvane", "encryption"),
        ("5G networks, a backdoor, another backdoor", "encryption"),
        ("the Norvanes", None),
        ("", None),
    ],
)
def test_the_target_named_most_often_is_found(text: str, target: str | None) -> None:
    assert FINDER.find(text) == target


def test_title_and_text_count_alike() -> None:
    assert FINDER.find(None, "backdoor") == "encryption"
    assert FINDER.find("Norvane, Norvane", "backdoor") == "Norvane in 5G networks"


def test_every_topic_finds_itself_by_each_of_its_own_names() -> None:
    topics = load_topics()
    assert len({topic.target for topic in topics}) == len(topics) >= 20
    for topic in topics:
        alone = TopicFinder({topic.target: topic.aliases})
        for alias in topic.aliases:
            assert alone.find(f"They spoke of {alias} again.") == topic.target
