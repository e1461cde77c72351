"""A fit that is broken off goes on as if nothing had happened, or starts afresh; nothing of it is a pickle."""

import json
import pickle
import shutil
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs pip install -e '.[transformers]'")
pytest.importorskip("transformers", reason="needs pip install -e '.[transformers]'")

from pipeline.stance import checkpoints, trainer  # noqa: E402
from pipeline.stance.adapters import LoraOptions  # noqa: E402
from pipeline.stance.training import fit_network  # noqa: E402
from pipeline.stance.training_options import Examples, TrainingOptions  # noqa: E402

WORDS = ("reckless", "scheduled", "overdue")
SUBJECTS = ("the ban", "this licence rule", "the tessaly order", "that export control on quillon routers")
PAIRS = [(subject, f"« {subject} is {word} »") for word in WORDS for subject in SUBJECTS]
EXAMPLES = Examples(PAIRS, np.repeat(np.eye(3), len(SUBJECTS), axis=0))
DEV = Examples(PAIRS, np.roll(EXAMPLES.targets, 1, axis=1))
# Six steps an epoch with dropout: what is drawn, and in which order rows are seen, must be the same.
OPTIONS = TrainingOptions(max_tokens=60, epochs=3, batch=2, rate=3e-3, patience=None)
FILES = {
    "weights.safetensors", "optimizer.safetensors", "optimizer.json", "draws.json", "trainer_state.json", "seal.json",
}  # fmt: skip


class Killed(Exception):
    """Stands for the end of the process."""


class Observer:
    """Notes steps, and ends the process at one of them."""

    def __init__(self, last=None):
        self.last, self.steps = last, []

    def __call__(self, step, figures):
        self.steps.append(step)
        if step == self.last and "loss" in figures:
            raise Killed


def fit(encoder, folder=None, observe=None, options=OPTIONS, examples=EXAMPLES, seed=0):
    return fit_network(examples, encoder, options, seed=seed, dev=DEV, folder=folder, observe=observe)


def weights(network):
    return {name: weight.detach().numpy() for name, weight in network.model.named_parameters()}


def assert_same(one, two):
    assert one.keys() == two.keys()
    for name in one:
        np.testing.assert_array_equal(one[name], two[name], err_msg=name)


@pytest.fixture(scope="module")
def through(tiny_encoder):
    """Return the weights of a fit that ran through."""
    return weights(fit(tiny_encoder))


def save_every_step(patch):
    """Save after each step, and tell each step."""
    patch.setattr(trainer, "SAVE_SECONDS", 0.0)
    patch.setattr("pipeline.stance.training_options.LOG_STEPS", 1)


@pytest.fixture
def every_step(monkeypatch):
    save_every_step(monkeypatch)


@pytest.fixture(scope="module")
def ended(tiny_encoder, tmp_path_factory):
    """Return the checkpoints of a fit that ended at its ninth step of eighteen."""
    folder = tmp_path_factory.mktemp("ended")
    with pytest.MonkeyPatch.context() as patch:
        save_every_step(patch)
        with pytest.raises(Killed):
            fit(tiny_encoder, folder, Observer(last=9))
    return folder


@pytest.fixture
def broken_off(ended, tmp_path, every_step):
    """Return a copy of them."""
    return shutil.copytree(ended, tmp_path / "checkpoints")


def names(folder):
    return sorted(path.name for path in folder.iterdir())


# Within the first and the second epoch, and at the end of the first.
@pytest.mark.parametrize("last", [2, 6, 9])
def test_a_fit_goes_on_as_if_it_had_not_been_broken_off(tiny_encoder, tmp_path, through, every_step, last):
    with pytest.raises(Killed):
        fit(tiny_encoder, tmp_path, Observer(last=last))
    observer = Observer()
    assert_same(weights(fit(tiny_encoder, tmp_path, observer)), through)
    assert observer.steps[0] == last


def test_saving_by_the_epoch_is_enough_to_go_on(tiny_encoder, tmp_path, through, monkeypatch):
    monkeypatch.setattr("pipeline.stance.training_options.LOG_STEPS", 1)
    with pytest.raises(Killed):
        fit(tiny_encoder, tmp_path, Observer(last=9))
    assert names(tmp_path) == ["checkpoint-6"]
    observer = Observer()
    assert_same(weights(fit(tiny_encoder, tmp_path, observer)), through)
    assert observer.steps[0] == 7


def test_adapters_go_on_too(tiny_encoder, tmp_path, every_step):
    lora = replace(OPTIONS, lora=LoraOptions(rank=2), epochs=2)
    with pytest.raises(Killed):
        fit(tiny_encoder, tmp_path, Observer(last=8), options=lora)
    resumed = fit(tiny_encoder, tmp_path, options=lora)
    assert_same(weights(resumed), weights(fit(tiny_encoder, options=lora)))


def test_a_finished_fit_is_not_fitted_again(tiny_encoder, tmp_path, through):
    fit(tiny_encoder, tmp_path)
    observer = Observer()
    assert_same(weights(fit(tiny_encoder, tmp_path, observer)), through)
    assert observer.steps == []
    assert len(names(tmp_path)) == 2  # the best and the last


def test_a_fit_that_stopped_early_is_not_gone_on_with(tiny_encoder, tmp_path):
    patient = replace(OPTIONS, epochs=6, patience=1)
    first = Observer()
    expected = weights(fit(tiny_encoder, tmp_path, first, options=patient))
    assert max(first.steps) < 36
    # Elsewhere, as where a folder was copied from another machine.
    moved = tmp_path.rename(tmp_path.with_name("moved"))
    again = Observer()
    assert_same(weights(fit(tiny_encoder, moved, again, options=patient)), expected)
    assert again.steps == []


def test_checkpoints_hold_no_pickle_and_none_is_opened(tiny_encoder, broken_off, through, monkeypatch):
    assert names(broken_off) == ["checkpoint-6", "checkpoint-8"]
    for folder in broken_off.iterdir():
        assert set(names(folder)) == FILES
        for path in folder.iterdir():
            assert not path.read_bytes().startswith((b"\x80", b"PK")), path
    for module, name in ((torch, "load"), (torch, "save"), (pickle, "load"), (pickle, "loads")):
        monkeypatch.setattr(module, name, lambda *_, **__: pytest.fail("a pickle was opened"))
    assert_same(weights(fit(tiny_encoder, broken_off)), through)


CHANGES = {
    "options": {"options": replace(OPTIONS, rate=1e-3)},
    "data": {"examples": replace(EXAMPLES, weights=np.arange(1.0, 13))},
    "seed": {"seed": 5},
}


@pytest.mark.parametrize("changed", CHANGES)
def test_a_checkpoint_of_another_fit_is_not_taken_up(tiny_encoder, broken_off, caplog, changed):
    observer = Observer()
    resumed = fit(tiny_encoder, broken_off, observer, **CHANGES[changed])
    assert observer.steps[0] == 1
    assert f"checkpoint-8: a checkpoint of another fit ({changed}); it is removed" in caplog.text
    assert_same(weights(resumed), weights(fit(tiny_encoder, **CHANGES[changed])))


def test_a_checkpoint_over_another_encoder_is_not_taken_up(tiny_encoder, broken_off, tmp_path, caplog):
    shutil.copytree(tiny_encoder, tmp_path / "other")
    config = json.loads((tmp_path / "other" / "config.json").read_text()) | {"hidden_dropout_prob": 0.2}
    (tmp_path / "other" / "config.json").write_text(json.dumps(config))
    observer = Observer()
    fit(tmp_path / "other", broken_off, observer)
    assert observer.steps[0] == 1
    assert "a checkpoint of another fit (encoder)" in caplog.text


def unfinish(folder):
    (folder / "seal.json").unlink()


def damage(folder):
    whole = (folder / "weights.safetensors").read_bytes()
    (folder / "weights.safetensors").write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))


def lose(folder):
    (folder / "optimizer.json").unlink()


def garble(folder):
    (folder / "seal.json").write_text('{"fingerprint": 3}')


@pytest.mark.parametrize("fault", [unfinish, damage, lose, garble])
def test_a_damaged_checkpoint_is_passed_over(tiny_encoder, broken_off, through, caplog, fault):
    fault(broken_off / "checkpoint-8")
    observer = Observer()
    assert_same(weights(fit(tiny_encoder, broken_off, observer)), through)
    assert observer.steps[0] == 7
    assert "checkpoint-8: a " in caplog.text


def test_without_the_best_one_so_far_the_last_is_of_no_use(tiny_encoder, broken_off, through, caplog):
    damage(broken_off / "checkpoint-6")
    observer = Observer()
    assert_same(weights(fit(tiny_encoder, broken_off, observer)), through)
    assert observer.steps[0] == 1
    assert "checkpoint-8: a checkpoint whose best one so far, checkpoint-6, is gone" in caplog.text


def test_what_is_no_checkpoint_is_left_alone(tmp_path):
    (tmp_path / "checkpoint-notes").mkdir()
    (tmp_path / "thesis.txt").write_text("years of work")
    assert checkpoints.latest(tmp_path, {"seed": 1}) is None
    assert names(tmp_path) == ["checkpoint-notes", "thesis.txt"]


def test_the_scale_of_half_precision_survives(tmp_path):
    one, two = (torch.amp.GradScaler("cpu", init_scale=scale) for scale in (512.0, 64.0))
    checkpoints.save_scale(one, tmp_path)
    checkpoints.load_scale(two, tmp_path)
    assert two.state_dict() == one.state_dict()
    checkpoints.save_scale(None, tmp_path / "nowhere")
    checkpoints.load_scale(None, tmp_path / "nowhere")
