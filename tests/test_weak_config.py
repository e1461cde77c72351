"""The section of weak labels in the configuration of `stance label`."""

from pathlib import Path

import pytest
import yaml

from pipeline.config import LabelConfig, WeakConfig, load_config
from pipeline.errors import ConfigError
from pipeline.labels.label_model import LABEL_MODELS

CONFIGS = Path(__file__).parent.parent / "configs"


def test_the_file_tells_every_key_with_its_default():
    section = yaml.safe_load((CONFIGS / "label.yaml").read_text(encoding="utf-8"))["weak"]
    assert set(section) == set(WeakConfig.model_fields)
    assert WeakConfig.model_validate(section) == WeakConfig()
    assert not WeakConfig().enabled


def test_a_file_without_the_section_labels_nothing_weakly(tmp_path):
    values = yaml.safe_load((CONFIGS / "label.yaml").read_text(encoding="utf-8"))
    del values["weak"]
    (tmp_path / "own.yaml").write_text(yaml.safe_dump(values))
    assert load_config(LabelConfig, str(tmp_path / "own.yaml")).weak == WeakConfig()


@pytest.mark.parametrize("name", sorted(LABEL_MODELS))
def test_every_label_model_can_be_configured(name):
    assert load_config(LabelConfig, "label", [f"weak.label_model={name}"]).weak.label_model == name


FAULTS = [
    ("weak.enable=true", "unknown key 'weak.enable'; known keys: builtin, compare, enabled"),
    ("weak.label_model=votes", "weak.label_model: Input should be 'dawid-skene' or 'majority-vote'"),
    ("weak.priors=[0.2, 0.2, 0.2]", "weak: priors must sum to 1, not 0.6"),
    ("weak.priors=[0, 0.5, 0.5]", "weak.priors.0: Input should be greater than 0"),
    ("weak.min_posterior=1.5", "weak.min_posterior: Input should be less than or equal to 1"),
    (
        "weak.models={a: {model: x, folder: y}}",
        "unknown key 'weak.models.a.folder'; known keys: min_probability, model",
    ),
]


@pytest.mark.parametrize(("assignment", "message"), FAULTS)
def test_a_fault_is_one_line_that_names_the_key(assignment, message):
    with pytest.raises(ConfigError) as caught:
        load_config(LabelConfig, "label", [assignment])
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
