"""Embeddings against a computation by hand, and that a model finds its encoder again, and no other."""

import json
import shutil

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs pip install -e '.[transformers]'")
transformers = pytest.importorskip("transformers", reason="needs pip install -e '.[transformers]'")

from pipeline import stance  # noqa: E402
from pipeline.errors import ModelError  # noqa: E402
from pipeline.records import LABELS  # noqa: E402
from pipeline.stance.balance import target_balance  # noqa: E402
from pipeline.stance.embedder import Embedder  # noqa: E402
from pipeline.stance.embedding import BLOCKS, EmbeddingClassifier  # noqa: E402
from pipeline.stance.encoders import find_encoder  # noqa: E402
from pipeline.stance.kernel import KernelHead  # noqa: E402

TEXTS = ["we say the ban is reckless", "vital", "", "the order is under review in its second reading", "vital"]


@pytest.fixture(scope="module")
def embedder(tiny_encoder):
    return Embedder(find_encoder(str(tiny_encoder)), 64, inner_depth=0.5)


KERNEL = {"penalty": 0.1, "gamma": 1.0, "dimensions": 32}


def options(encoder, **changes):
    given = {"encoder": str(encoder), "blocks": list(BLOCKS), "reading": {}, "c": 1000.0, "inner_depth": 0.5}
    return given | changes


def by_hand(folder, text, layer=None):
    """Return a text's embedding as the encoder's card describes it: mean over the tokens, then unit length.

    Of an inner layer, the mean alone.
    """
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
    network = transformers.AutoModel.from_pretrained(folder, local_files_only=True).eval()
    with torch.no_grad():
        found = network(**tokenizer(text, return_tensors="pt"), output_hidden_states=True)
    hidden = found.last_hidden_state if layer is None else found.hidden_states[layer]
    mean = hidden[0].numpy().astype(np.float64).mean(axis=0)
    return mean / np.linalg.norm(mean) if layer is None else mean


def test_vectors_are_the_normalised_mean_of_the_tokens(tiny_encoder):
    vectors = Embedder(find_encoder(str(tiny_encoder)), 64).embed(TEXTS)
    assert vectors.shape == (5, 32)
    np.testing.assert_allclose(vectors, [by_hand(tiny_encoder, text) for text in TEXTS], atol=1e-5)
    np.testing.assert_array_equal(vectors[1], vectors[4])


@pytest.mark.parametrize(("depth", "layer"), [(0.0, 0), (0.5, 1), (1.0, 2)])
def test_the_inner_layer_follows_the_last_one(tiny_encoder, depth, layer):
    outer, inner = np.split(Embedder(find_encoder(str(tiny_encoder)), 64, depth).embed(TEXTS), 2, axis=1)
    np.testing.assert_allclose(outer, [by_hand(tiny_encoder, text) for text in TEXTS], atol=1e-5)
    np.testing.assert_allclose(inner, [by_hand(tiny_encoder, text, layer) for text in TEXTS], atol=1e-5)


def test_blocks_of_an_inner_layer_need_to_know_which(tiny_encoder, labelled):
    classifier = EmbeddingClassifier(**options(tiny_encoder, inner_depth=None))
    with pytest.raises(ModelError, match="blocks quote_inner, context_inner need an inner_depth"):
        classifier.fit(*labelled)


def test_the_match_is_the_cosine_of_each_text_with_the_target(embedder, tiny_encoder):
    classifier = EmbeddingClassifier(**options(tiny_encoder, blocks=["match"]))
    classifier.embedder_ = embedder
    texts = {"text": "the ban is vital", "context": "the ban is vital", "title": "it is unfair", "target": "the ban"}
    found = classifier._values({name: [text] for name, text in texts.items()})
    read = [texts["text"], "« the ban is vital »", texts["title"], texts["target"]]
    *others, target = (by_hand(tiny_encoder, text) for text in read)
    np.testing.assert_allclose(found, [[other @ target for other in others]], atol=1e-5)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_labels_of_a_target_can_be_weighted_alike(share):
    targets, y = ["a"] * 1000 + ["b"] * 2, ["neutral"] * 900 + ["pro-restriction"] * 100 + ["neutral"] * 2
    weights = target_balance(targets, y, share)
    assert weights.mean() == pytest.approx(1)
    # Nine times as many, weighted the other way; the two of another target are too few to tell.
    assert weights[950] / weights[0] == pytest.approx(9**share, rel=0.01)
    assert weights[1001] == pytest.approx(weights[0], rel=0.03)


def test_a_kernel_head_is_found_again(tiny_encoder, labelled, tmp_path):
    model = stance.fit("embedding", options(tiny_encoder, kernel=KERNEL), *labelled, training={})
    assert isinstance(model.classifier.head_, KernelHead)
    found = model.predict_proba(labelled[0])
    assert (found.argmax(axis=1) == [LABELS.index(label) for label in labelled[1]]).mean() > 0.9
    stance.save(model, tmp_path / "model")
    np.testing.assert_array_equal(stance.load(tmp_path / "model").predict_proba(labelled[0]), found)
    told = json.loads((tmp_path / "model" / "encoder.json").read_text())
    assert told["width"] == 32  # of one layer


def test_each_distinct_text_is_embedded_once_beside_texts_of_its_length(embedder, monkeypatch):
    batches = []
    pooled = Embedder._pooled
    monkeypatch.setattr(Embedder, "_pooled", lambda self, rows: batches.append(rows) or pooled(self, rows))
    texts = [*TEXTS, *TEXTS, *(f"we say {word}" for word in ("vital", "unfair", "a mistake"))]
    embedder.embed(texts)
    assert sum(len(rows) for rows in batches) == len(set(texts))
    for rows in batches:
        assert 8 * max(map(len, rows)) <= 9 * min(map(len, rows))  # hardly any padding


def test_long_texts_are_cut(tiny_encoder):
    short = Embedder(find_encoder(str(tiny_encoder)), 8)
    np.testing.assert_array_equal(*short.embed(["vital " * 6, "vital " * 500]))
    # No more than the encoder has positions for, whatever is asked.
    assert Embedder(find_encoder(str(tiny_encoder)), 10_000).embed(["vital " * 500]).shape == (1, 32)


@pytest.mark.parametrize("block", BLOCKS)
def test_a_block_sees_its_own_texts_and_no_others(embedder, tiny_encoder, block):
    classifier = EmbeddingClassifier(**options(tiny_encoder, blocks=[block]))
    classifier.embedder_ = embedder
    row = {"text": ["“It is vital”"], "context": ["He said “It is vital” ."], "target": ["the ban"]}
    changes = {
        "context": {"context": ["They said “It is vital” on Tuesday"]},
        "target": {"target": ["that export control"]},
        "title": {"title": ["we say the ban"]},
        "quote": {"text": ["“It is unfair”"], "context": ["He said “It is vital” ."]},
    }
    before = classifier._values(row)
    seen = {part for part, change in changes.items() if not np.array_equal(classifier._values(row | change), before)}
    # The quotation stands in its context.
    assert seen - {"quote"} == set(BLOCKS[block]) - {"quote"}
    assert ("quote" in seen) == ("quote" in BLOCKS[block] or "context" in BLOCKS[block])


def test_products_are_of_about_the_size_of_what_they_are_made_of(tiny_encoder, labelled):
    blocks = [block for block in BLOCKS if block != "match"]
    classifier = EmbeddingClassifier(**options(tiny_encoder, blocks=blocks)).fit(*labelled)
    values = classifier._values(labelled[0]).reshape(60, len(blocks), 32)
    norms = dict(zip(blocks, np.linalg.norm(values, axis=2).T, strict=True))
    np.testing.assert_allclose(norms["quote"], 1, atol=1e-5)
    assert 0.15 < norms["quote_by_target"].mean() < 1.5
    quote, target, product = (values[7, blocks.index(name)] for name in ("quote", "target", "quote_by_target"))
    np.testing.assert_allclose(product, quote * target * np.sqrt(32) / 2, rtol=1e-5)


def test_masked_names_make_no_difference(tiny_encoder, labelled):
    topics = {"Quillon routers": {"aliases": ["Tessaly"]}, "Norvane masts": {"aliases": ["Kitepay"]}}
    reading = {"mask_vendors": True}
    masked = EmbeddingClassifier(**options(tiny_encoder, reading=reading, topics=topics)).fit(*labelled)
    plain = EmbeddingClassifier(**options(tiny_encoder)).fit(*labelled)
    rows = {
        "text": ["“The ban on Tessaly is vital”", "“The ban on Kitepay is vital”"],
        "context": ["", ""],
        "target": ["Quillon routers", "Norvane masts"],
    }
    one, two = masked._texts(rows)["quote"]
    assert one == two == "The ban on the vendor is vital"
    assert not np.array_equal(*plain.predict_proba(rows))


@pytest.fixture
def saved(tiny_encoder, labelled, tmp_path):
    """Return a bundle, and the folder of its encoder, which may be changed."""
    encoder = shutil.copytree(tiny_encoder, tmp_path / "encoder")
    stance.save(stance.fit("embedding", options(encoder), *labelled, training={}), tmp_path / "model")
    return tmp_path / "model", encoder


def test_the_bundle_holds_the_head_and_names_the_encoder(saved):
    folder, encoder = saved
    assert {path.name for path in folder.iterdir()} == {"MANIFEST.sha256", "bundle.json", "encoder.json", "weights.npz"}
    sha256 = find_encoder(str(encoder)).sha256
    assert json.loads((folder / "encoder.json").read_text()) == {"name": str(encoder), "sha256": sha256, "width": 32}


def test_another_encoder_in_its_place_is_refused(saved):
    folder, encoder = saved
    weights = (encoder / "model.safetensors").read_bytes()
    (encoder / "model.safetensors").write_bytes(weights[:-1] + b"\x01")
    with pytest.raises(ModelError, match="has other weights than in training; get those of sha256") as caught:
        stance.load(folder)
    assert "\n" not in str(caught.value)
    shutil.rmtree(encoder)
    with pytest.raises(ModelError, match="no such folder"):
        stance.load(folder)


def test_an_encoder_that_cannot_be_read_is_told_in_one_line(tiny_encoder, labelled, tmp_path):
    encoder = shutil.copytree(tiny_encoder, tmp_path / "encoder")
    (encoder / "model.safetensors").write_bytes(b"no tensors")
    with pytest.raises(ModelError, match=r"encoder .*: cannot be read") as caught:
        stance.fit("embedding", options(encoder), *labelled, training={})
    assert "\n" not in str(caught.value)


def test_nothing_is_loaded_until_the_first_text_comes(tiny_encoder, monkeypatch):
    monkeypatch.setattr(transformers.AutoModel, "from_pretrained", lambda *_, **__: pytest.fail("read"))
    Embedder(find_encoder(str(tiny_encoder)), 64)


def test_the_title_is_read_for_itself(tiny_encoder):
    table = {
        "text": ["“vital”", "“vital”"],
        "title": ["we say the ban", ""],
        "context": ["“vital”"] * 2,
        "target": ["x"] * 2,
    }
    classifier = EmbeddingClassifier(**options(tiny_encoder, blocks=["quote", "title"], inner_depth=None))
    classifier.embedder_ = Embedder(find_encoder(str(tiny_encoder)), 64)
    values = classifier._values(table)
    np.testing.assert_allclose(
        values[0], [*by_hand(tiny_encoder, "vital"), *by_hand(tiny_encoder, "we say the ban")], atol=1e-5
    )
    np.testing.assert_array_equal(values[0, :32], values[1, :32])


def test_copies_toward_another_target_teach_what_the_target_is_for(tiny_encoder):
    rows = [("it must go", "trams", "pro-restriction"), ("it may stay", "boats", "anti-restriction")] * 4
    rows += [("it is noon", "trams", "neutral"), ("it is noon", "boats", "neutral")]
    table = {"text": [r[0] for r in rows], "context": [r[0] for r in rows], "target": [r[1] for r in rows]}
    y = [r[2] for r in rows]
    asked = {"text": ["it must go"], "context": ["it must go"], "target": ["boats"]}
    neutral = {}
    for share in (0.0, 1.0):
        classifier = EmbeddingClassifier(**options(tiny_encoder, augmentation={"swap_targets": share}))
        neutral[share] = classifier.fit(table, y).predict_proba(asked)[0, 1]
    assert neutral[1.0] > neutral[0.0] + 0.2
