"""One warm process for all tests of scoring runs that are broken off."""

import os

import pytest
from scoring_faults import Command, write_model


@pytest.fixture(scope="session")
def command(tmp_path_factory):
    """Return what runs ``stance``, with faults planted into it."""
    if not hasattr(os, "fork"):
        pytest.skip("no fork here")
    command = Command(tmp_path_factory.mktemp("command"))
    yield command
    command.close()


@pytest.fixture(scope="session")
def models(tmp_path_factory):
    """Return the folders of two models, one the other way round."""
    folder = tmp_path_factory.mktemp("models")
    return write_model(folder / "one"), write_model(folder / "other", turned=True)
