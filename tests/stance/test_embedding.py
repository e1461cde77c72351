"""Embeddings against a computation by hand, and that a model finds its encoder again, and no other."""

import json
import shutil

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_sample_weight

torch = pytest.importorskip("torch", reason="needs pip install -e '.[transformers]'")
transformers = pytest.importorskip("transformers", reason="needs pip install -e '.[transformers]'")

from pipeline import stance  # noqa: E402
from pipeline.errors import ModelError  # noqa: E402
from pipeline.records import LABELS  # noqa: E402
from pipeline.stance.balance import class_balance, target_balance  # noqa: E402
from pipeline.stance.embedder import Embedder  # noqa: E402
from pipeline.stance.embedding import BLOCKS, EmbeddingClassifier  # noqa: E402
from pipeline.stance.encoders import find_encoder  # noqa: E402
from pipeline.stance.kernel import KernelHead  # noqa: E402

TEXTS = ["we say the ban is reckless", "vital", "", "the order is under review in its second reading", "vital"]


@pytest.fixture(scope="module")
def embedder(tiny_encoder):
    return Embedder(find_encoder(str(tiny_encoder)), 64, layers=[1, -1])


KERNEL = {"penalty": 0.1, "gamma": 1.0, "dimensions": 32}


def options(encoder, **changes):
    given = {"encoder": str(encoder), "blocks": list(BLOCKS), "reading": {}, "c": 1000.0, "layers": [1, -1]}
    return given | changes


def by_hand(folder, text, layers=(-1,), focus=slice(None)):
    """Return a text's embedding as the encoder's card describes it: mean over the tokens, then unit length.

    Of a pair the tokens are to be told; a text for itself is averaged whole, special tokens too.
    """
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
    network = transformers.AutoModel.from_pretrained(folder, local_files_only=True).eval()
    with torch.no_grad():
        ids = tokenizer(*([text] if isinstance(text, str) else text), return_tensors="pt").input_ids
        found = network(input_ids=ids, output_hidden_states=True)
    means = [found.hidden_states[layer][0].numpy().astype(np.float64)[focus].mean(axis=0) for layer in layers]
    return np.mean([mean / np.linalg.norm(mean) for mean in means], axis=0)


@pytest.mark.parametrize("layers", [(-1,), (0,), (1,), (1, -1), (2, 1)])
def test_vectors_are_the_normalised_means_of_the_tokens(tiny_encoder, layers):
    vectors = Embedder(find_encoder(str(tiny_encoder)), 64, layers).embed(TEXTS)
    assert vectors.shape == (5, 2, 32)
    np.testing.assert_allclose(vectors[:, 0], [by_hand(tiny_encoder, text, layers) for text in TEXTS], atol=1e-5)
    np.testing.assert_array_equal(vectors[:, 0], vectors[:, 1])
    np.testing.assert_array_equal(vectors[1], vectors[4])


def test_of_a_pair_the_quotation_is_averaged_and_its_context(tiny_encoder, embedder):
    pair = ("the ban", "we say « it is vital » he said")
    tokenizer = transformers.AutoTokenizer.from_pretrained(tiny_encoder, local_files_only=True)
    tokens = tokenizer.convert_ids_to_tokens(tokenizer(*pair).input_ids)
    start, end = tokens.index("it"), tokens.index("vital") + 1
    middle = tokens.index("[SEP]")
    found = embedder.embed([pair, ("", "« vital »")])[0]
    for vector, focus in zip(found, (slice(start, end), slice(middle + 1, len(tokens) - 1)), strict=True):
        np.testing.assert_allclose(vector, by_hand(tiny_encoder, pair, (1, -1), focus), atol=1e-5)


@pytest.mark.parametrize(("block", "place"), [("quote_read", 0), ("context_read", 1)])
def test_what_is_read_stands_behind_the_target(tiny_encoder, embedder, block, place):
    classifier = EmbeddingClassifier(**options(tiny_encoder, blocks=[block, "target"]))
    classifier.embedder_ = embedder
    row = {"text": ["“It is vital”"], "context": ["He said “It is vital” ."], "target": ["the ban"]}
    read = embedder.embed([("the ban", "He said « It is vital » .")])[0]
    assert not np.array_equal(*read)
    target = by_hand(tiny_encoder, "the ban", (1, -1))
    np.testing.assert_allclose(classifier._values(row)[0], [*read[place], *target], atol=1e-5)


def test_a_quotation_that_was_cut_off_leaves_all_tokens(tiny_encoder):
    cut = ("the ban", "we say " * 40 + "« it is vital » he said")
    embedder = Embedder(find_encoder(str(tiny_encoder)), 24)
    np.testing.assert_array_equal(*embedder.embed([cut])[0])
    assert np.isfinite(embedder.embed([("", "« »")])).all()


@pytest.mark.parametrize("layer", [3, -4])
def test_layers_that_are_not_there_are_told(tiny_encoder, labelled, layer):
    classifier = EmbeddingClassifier(**options(tiny_encoder, layers=[1, layer]))
    with pytest.raises(ModelError, match=f"the encoder has 2 layers and no layer {layer}; set model.layers"):
        classifier.fit(*labelled)


def test_layers_above_those_wanted_are_not_computed(tiny_encoder):
    embedder = Embedder(find_encoder(str(tiny_encoder)), 64, [1])
    embedder.embed(TEXTS)
    assert len(embedder._network.encoder.layer) == 1


def test_the_match_is_the_cosine_of_each_text_with_the_target(embedder, tiny_encoder):
    classifier = EmbeddingClassifier(**options(tiny_encoder, blocks=["match"]))
    classifier.embedder_ = embedder
    texts = {"text": "the ban is vital", "context": "the ban is vital", "title": "it is unfair", "target": "the ban"}
    found = classifier._values({name: [text] for name, text in texts.items()})
    read = [texts["text"], "« the ban is vital »", texts["title"], texts["target"]]
    *others, target = (by_hand(tiny_encoder, text, (1, -1)) for text in read)
    cosines = [other @ target / np.linalg.norm(other) / np.linalg.norm(target) for other in others]
    np.testing.assert_allclose(found, [cosines], atol=1e-5)


def test_classes_are_weighted_alike_as_scikit_learn_does():
    y = ["neutral"] * 6 + ["pro-restriction"] * 3 + ["anti-restriction"]
    weights = class_balance(y, np.ones(10))
    np.testing.assert_allclose(weights / weights.mean(), compute_sample_weight("balanced", y))
    heavier = class_balance(y, np.array([2.0] + [1.0] * 9))
    assert heavier[0] == pytest.approx(2 * heavier[1])
    assert heavier[:6].sum() == pytest.approx(heavier[6:9].sum())


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
    assert told["width"] == 32


def test_each_distinct_text_is_embedded_once_beside_texts_of_its_length(embedder, monkeypatch):
    batches = []
    pooled = Embedder._pooled
    monkeypatch.setattr(Embedder, "_pooled", lambda self, rows: batches.append(rows) or pooled(self, rows))
    texts = [*TEXTS, *TEXTS, *(f"we say {word}" for word in ("vital", "unfair", "a mistake"))]
    embedder.embed(texts)
    assert sum(len(rows) for rows in batches) == len(set(texts))
    for rows in batches:
        lengths = [len(ids) for ids, _ in rows]
        assert 8 * max(lengths) <= 9 * min(lengths)  # hardly any padding


def test_long_texts_are_cut(tiny_encoder):
    short = Embedder(find_encoder(str(tiny_encoder)), 8)
    np.testing.assert_array_equal(*short.embed(["vital " * 6, "vital " * 500]))
    # No more than the encoder has positions for, whatever is asked.
    assert Embedder(find_encoder(str(tiny_encoder)), 10_000).embed(["vital " * 500]).shape == (1, 2, 32)


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
    if block.endswith("_read"):
        assert seen - {"title"} == {"quote", "context", "target"}
        assert ("title" in seen) == (block == "match_read")
        return
    # The quotation stands in its context.
    assert seen - {"quote"} == set(BLOCKS[block]) - {"quote"}
    assert ("quote" in seen) == ("quote" in BLOCKS[block] or "context" in BLOCKS[block])


def test_products_are_of_about_the_size_of_what_they_are_made_of(tiny_encoder, labelled):
    blocks = [block for block in BLOCKS if "match" not in block]
    classifier = EmbeddingClassifier(**options(tiny_encoder, blocks=blocks, layers=[-1])).fit(*labelled)
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
    classifier = EmbeddingClassifier(**options(tiny_encoder, blocks=["quote", "title"], layers=[-1]))
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
