"""Fine-tuning of networks: what is minimised, in which order rows are seen, and when it stops."""

import math
import random
import shutil
import sys

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs pip install -e '.[transformers]'")
pytest.importorskip("transformers", reason="needs pip install -e '.[transformers]'")

from pipeline.errors import ModelError  # noqa: E402
from pipeline.stance.networks import open_network  # noqa: E402
from pipeline.stance.trainer import LengthGrouped, run_out  # noqa: E402
from pipeline.stance.training import fit_network  # noqa: E402
from pipeline.stance.training_options import Examples, TrainingOptions, resolved_precision  # noqa: E402

WORDS = ("reckless", "scheduled", "overdue")
SUBJECTS = ("the ban", "this licence rule", "the tessaly order", "that export control on quillon routers")
PAIRS = [(subject, f"« {word} »") for word in WORDS for subject in SUBJECTS]
TARGETS = np.repeat(np.eye(3), len(SUBJECTS), axis=0)
WHOLE = Examples(PAIRS, TARGETS)
QUICK = TrainingOptions(max_tokens=60, epochs=2, batch=4, rate=3e-3, warmup=0.1, patience=None)


def options(**changes):
    from dataclasses import replace

    return replace(QUICK, **changes)


@pytest.fixture(scope="module")
def still_encoder(tiny_encoder, tmp_path_factory):
    """Return an encoder without dropout and with weights large enough that it learns in seconds."""
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("still") / "encoder"
    shutil.copytree(tiny_encoder, folder)
    still = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0, "initializer_range": 0.2}
    with torch.random.fork_rng():
        torch.manual_seed(1)
        BertModel(BertConfig.from_pretrained(tiny_encoder, **still)).save_pretrained(folder)
    return folder


def seen(figures):
    """Return a function to observe with, which fills ``figures`` with (step, name, value)."""
    return lambda step, found: figures.extend((step, name, value) for name, value in found.items())


def values(figures, name):
    return [value for _, found, value in figures if found == name]


def accuracy(network, pairs=PAIRS, targets=TARGETS):
    return float((network.probabilities(pairs).argmax(1) == targets.argmax(1)).mean())


def test_what_can_be_learnt_is_learnt_and_told_step_by_step(still_encoder, capfd, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    figures = []
    network = fit_network(WHOLE, still_encoder, options(epochs=15), dev=WHOLE, observe=seen(figures))
    assert accuracy(network) == 1
    losses, scores = values(figures, "loss"), values(figures, "dev_macro_f1")
    assert losses[0] > 0.9
    assert losses[-1] < 0.3
    assert [step for step, name, _ in figures if name == "dev_loss"] == list(range(3, 46, 3))
    assert scores[-1] == 1
    assert max(map(abs, np.diff(network.probabilities(PAIRS).sum(1)))) < 1e-9
    # Nothing is printed, and nothing written where the command was given.
    assert capfd.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == []


def test_the_loss_is_the_weighted_cross_entropy_of_smoothed_targets(still_encoder):
    rng = np.random.default_rng(5)
    targets, weights = rng.dirichlet(np.ones(3), len(PAIRS)), rng.uniform(0.2, 3, len(PAIRS))
    figures = []
    still = options(rate=1e-12, epochs=1, batch=12, label_smoothing=0.1)
    fit_network(Examples(PAIRS, targets, weights), still_encoder, still, seed=4, observe=seen(figures))
    y_prob = open_network(still_encoder, max_tokens=60, seed=4).probabilities(PAIRS)
    smoothed = 0.9 * targets + 0.1 / 3
    expected = float(np.average(-(smoothed * np.log(y_prob)).sum(1), weights=weights))
    assert values(figures, "loss") == [pytest.approx(expected, abs=1e-5)]


def test_dev_figures_are_those_of_scikit_learn(still_encoder):
    from sklearn.metrics import f1_score, log_loss

    figures = []
    dev = Examples(PAIRS[::-1], np.roll(TARGETS, 1, axis=1), np.arange(12.0))
    network = fit_network(WHOLE, still_encoder, options(epochs=1), dev=dev, observe=seen(figures))
    y_true, y_prob = dev.targets.argmax(1), network.probabilities(dev.pairs)
    assert values(figures, "dev_loss") == [pytest.approx(log_loss(y_true, y_prob), abs=1e-5)]
    expected = f1_score(y_true, y_prob.argmax(1), average="macro", zero_division=np.nan)
    assert values(figures, "dev_macro_f1") == [pytest.approx(expected)]


def test_soft_targets_are_learnt_as_such(still_encoder):
    targets = np.repeat([[0.7, 0.2, 0.1], [0.2, 0.6, 0.2], [0.1, 0.1, 0.8]], len(SUBJECTS), axis=0)
    network = fit_network(Examples(PAIRS, targets), still_encoder, options(epochs=20))
    np.testing.assert_allclose(network.probabilities(PAIRS), targets, atol=0.12)


def test_rows_without_weight_teach_nothing(still_encoder):
    weights = np.repeat([1.0, 0.0], 12)
    one, two = (
        fit_network(Examples(PAIRS * 2, np.vstack([TARGETS, others]), weights), still_encoder, options(epochs=1))
        for others in (TARGETS, np.roll(TARGETS, 1, axis=1))
    )
    np.testing.assert_array_equal(one.probabilities(PAIRS), two.probabilities(PAIRS))


def test_two_small_batches_make_the_step_of_a_large_one(still_encoder):
    large = fit_network(WHOLE, still_encoder, options(batch=6)).probabilities(PAIRS)
    small = fit_network(WHOLE, still_encoder, options(batch=3, accumulate=2)).probabilities(PAIRS)
    other = fit_network(WHOLE, still_encoder, options(batch=3)).probabilities(PAIRS)
    np.testing.assert_allclose(small, large, atol=1e-4)
    assert np.abs(other - large).max() > 1e-2


def test_the_best_epoch_is_kept_and_the_fit_stops_soon_after(still_encoder):
    # Learning makes these dev labels ever less likely.
    dev = Examples(PAIRS, np.roll(TARGETS, 1, axis=1))
    figures = []
    network = fit_network(WHOLE, still_encoder, options(epochs=9, patience=2), dev=dev, observe=seen(figures))
    scores = values(figures, "dev_macro_f1")
    assert len(scores) == 3 + int(np.argmax(scores)) < 9
    from sklearn.metrics import f1_score

    y_pred = network.probabilities(PAIRS).argmax(1)
    kept = f1_score(dev.targets.argmax(1), y_pred, labels=range(3), average="macro", zero_division=np.nan)
    assert kept == pytest.approx(max(scores))
    assert max(scores) > scores[-1]


def test_without_dev_all_epochs_count(still_encoder):
    figures = []
    fit_network(WHOLE, still_encoder, options(epochs=3, patience=1), observe=seen(figures))
    assert {name for _, name, _ in figures} == {"loss"}
    assert max(step for step, _, _ in figures) == 9


def test_the_same_seed_gives_the_same_weights_and_leaves_no_seed_behind(tiny_encoder):
    random.seed(1), np.random.seed(1), torch.manual_seed(1)
    expected = random.random(), np.random.random(), float(torch.rand(1))
    random.seed(1), np.random.seed(1), torch.manual_seed(1)
    one, two, other = (
        dict(fit_network(WHOLE, tiny_encoder, options(epochs=1), seed=seed).model.named_parameters())
        for seed in (7, 7, 2**40)
    )
    assert (random.random(), np.random.random(), float(torch.rand(1))) == expected
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert not all(torch.equal(one[name], other[name]) for name in one)


def test_frozen_weights_stay(tiny_encoder):
    before = open_network(tiny_encoder, max_tokens=60).model.bert
    after = fit_network(WHOLE, tiny_encoder, options(freeze_layers=1)).model.bert
    for name, weight in before.named_parameters():
        same = torch.equal(weight, after.get_parameter(name))
        assert same == name.startswith(("embeddings", "encoder.layer.0.")), name


def test_half_precision_scores_after_the_fit_as_it_will_from_a_file(still_encoder, tmp_path):
    figures = []
    network = fit_network(WHOLE, still_encoder, options(epochs=1, precision="bf16"), observe=seen(figures))
    network.save(tmp_path)
    again = open_network(tmp_path, max_tokens=60, whole=True)
    np.testing.assert_array_equal(network.probabilities(PAIRS), again.probabilities(PAIRS))
    single = []
    fit_network(WHOLE, still_encoder, options(epochs=1), observe=seen(single))
    assert values(figures, "loss") != values(single, "loss")


def test_a_loss_that_is_no_number_ends_the_fit(still_encoder):
    broken = Examples(PAIRS, TARGETS * np.nan)
    with pytest.raises(ModelError, match="step 3: the loss is no number any more; lower the rate"):
        fit_network(broken, still_encoder, options(epochs=1))


@pytest.mark.skipif(torch.cuda.is_available(), reason="is about machines without a GPU")
def test_without_a_gpu_precision_is_single():
    assert resolved_precision("auto") == "fp32"
    assert resolved_precision("bf16") == "bf16"
    with pytest.raises(ModelError, match="precision fp16: there is no GPU here"):
        resolved_precision("fp16")


def test_a_bar_is_shown_on_a_terminal_only_and_never_on_standard_output(still_encoder, capfd, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    fit_network(WHOLE, still_encoder, options(epochs=1))
    out, err = capfd.readouterr()
    assert out == ""
    assert "3/3" in err


LENGTHS = np.random.default_rng(0).integers(5, 100, 203).tolist()


def test_each_epoch_has_every_row_once_in_an_order_of_its_own():
    sampler = LengthGrouped(LENGTHS, 8, seed=3)
    orders = []
    for epoch in (0, 1, 0):
        sampler.set_epoch(epoch)
        orders.append(list(sampler))
    assert len(sampler) == len(LENGTHS)
    assert sorted(orders[0]) == sorted(orders[1]) == list(range(len(LENGTHS)))
    assert orders[0] == orders[2] != orders[1]
    other = LengthGrouped(LENGTHS, 8, seed=4)
    assert list(other) != orders[0]


def test_batches_of_like_length_hold_little_padding():
    def padding(order):
        groups = [[LENGTHS[index] for index in order[at : at + 8]] for at in range(0, len(order), 8)]
        return sum(len(group) * max(group) for group in groups) / sum(LENGTHS) - 1

    # A part holds six batches here, of many thousand rows fifty.
    assert padding(list(LengthGrouped(LENGTHS, 8, seed=3))) < 0.5 * padding(list(range(len(LENGTHS))))


RUN_OUT = [
    ([], 2, False),
    ([0.5], 1, False),
    ([0.5, 0.6], 1, False),
    ([0.5, 0.5], 1, True),
    ([0.5, 0.6, 0.4, 0.7, 0.1], 2, False),
    ([0.5, 0.6, 0.4, 0.6], 2, True),
    ([0.9, 0.1, 0.1, 0.1], None, False),
]


@pytest.mark.parametrize(("scores", "patience", "expected"), RUN_OUT)
def test_patience_runs_out_after_so_many_epochs_without_a_better_one(scores, patience, expected):
    history = [entry for score in scores for entry in ({"loss": math.pi}, {"eval_macro_f1": score})]
    assert run_out(history, patience) is expected
