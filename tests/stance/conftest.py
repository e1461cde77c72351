"""What several tests of models need."""

from pathlib import Path

import pytest
from tiny_bert import make_encoder


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a random BERT, small enough to be made on the fly."""
    pytest.importorskip("torch", reason="needs pip install -e '.[transformers]'")
    pytest.importorskip("transformers", reason="needs pip install -e '.[transformers]'")
    folder = tmp_path_factory.mktemp("encoder")
    make_encoder(folder)
    return folder
