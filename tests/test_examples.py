"""The examples in the docstrings say what the code does."""

import doctest
import pkgutil
from importlib import import_module

import pytest

import pipeline

# MLflow runs this file itself; importing it registers a model.
MODULES = sorted(
    module.name for module in pkgutil.walk_packages(pipeline.__path__, "pipeline.") if module.name != "pipeline.serving"
)
WITH_EXAMPLES = [name for name in MODULES if ">>> " in (import_module(name).__loader__.get_source(name) or "")]


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_hold(name):
    found = doctest.testmod(import_module(name))
    assert found.attempted > 0
    assert found.failed == 0
