"""Where documents are cut into shards."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.records import Document
from pipeline.stages.shards import Item, cut, digest_of


def items(numbers):
    documents = [Document(text=f"text {number}", source=f"{number}.txt") for number in numbers]
    return [Item(digest_of(document), document, place) for place, document in enumerate(documents)]


@given(st.integers(0, 400), st.integers(1, 40))
def test_shards_are_about_as_large_as_asked_and_lose_nothing(count, size):
    found = items(range(count))
    shards = list(cut(found, size))
    assert [item for shard in shards for item in shard.items] == found
    assert all(max(1, size // 2) <= len(shard.items) <= 2 * size for shard in shards[:-1])


def test_the_mean_is_the_size_that_was_asked_for():
    for size in (1, 2, 3, 8, 32):
        shards = list(cut(items(range(6000)), size))
        assert 0.9 * size <= 6000 / len(shards) <= 1.1 * size


@given(st.sets(st.integers(0, 40), min_size=1), st.integers(1, 20))
def test_shards_that_are_taken_out_leave_all_others_as_they_were(gone, size):
    shards = list(cut(items(range(600)), size))
    kept = [shard for number, shard in enumerate(shards) if number not in gone]
    rest = [item for shard in kept for item in shard.items]
    assert [shard.name for shard in cut(rest, size)] == [shard.name for shard in kept]


def test_one_document_more_changes_the_shard_that_it_lies_in_and_few_others():
    numbers = list(range(3000))
    before = {shard.name for shard in cut(items(numbers), 32)}
    after = {shard.name for shard in cut(items([*numbers[:1500], 9999, *numbers[1500:]]), 32)}
    assert 1 <= len(after - before) <= 4


def test_a_digest_tells_everything_that_rows_take_from_a_document():
    plain = Document(text="text", source="a.txt")
    others = [
        Document(text="text", source="b.txt"), Document(text="text", source="a.txt", title="text"),
        Document(text="text", source="a.txt", outlet="text"), Document(text="text", source="a.txt", has_raw=False),
    ]  # fmt: skip
    assert len({digest_of(document) for document in [plain, *others]}) == 5
    assert digest_of(plain) == digest_of(Document(text="text", source="a.txt", where="elsewhere/a.txt"))
