"""The gate's configuration."""

import pytest

from pipeline.config_files import load_config
from pipeline.errors import ConfigError
from pipeline.evaluation.slices import SMALL
from pipeline.gate_config import GateConfig


def test_the_gate_that_comes_along_is_open_to_no_less():
    gate = load_config(GateConfig, "gate")
    assert (gate.alias, gate.margin, gate.shared, gate.slices.check, gate.behaviour.check) == (
        "champion", 0.02, False, True, True,
    )  # fmt: skip
    assert gate.slices.smallest == SMALL
    assert (gate.resamples, gate.level, gate.seed) == (10_000, 0.95, 13)


# An override, and the beginning of what is wrong with it.
FAULTS = [
    ("margin=-0.1", "margin: Input should be greater than or equal to 0"),
    ("behaviour.most=2", "behaviour.most: Input should be less than or equal to 1"),
    ("behaviour.capabilities={negation: 3}", "behaviour.capabilities.negation: Input should be less"),
    ("slices.smallest=0", "slices.smallest: Input should be greater"),
    ("alias=3", "alias: Input should be a valid string"),
    ("alias=the champion", "alias: String should match pattern"),
    ("calibration.best=1", "unknown key 'calibration.best'; known keys: most, worse_by"),
]


@pytest.mark.parametrize(("override", "message"), FAULTS)
def test_a_fault_is_told_with_its_key(override, message):
    with pytest.raises(ConfigError) as caught:
        load_config(GateConfig, "gate", [override])
    assert message in str(caught.value)
