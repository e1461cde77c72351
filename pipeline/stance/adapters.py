"""Low-rank adapters (LoRA, Hu et al. 2022) by ``peft``: a trained model as a small file over a public encoder."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import ModelError
from pipeline.files import read_json, write_json
from pipeline.stance.encoders import Encoder
from pipeline.stance.networks import Network, require

_WEIGHTS, _ENCODER = "adapter_model.safetensors", "encoder.json"


@dataclass(frozen=True, slots=True)
class LoraOptions:
    """What the adapters look like.

    Parameters
    ----------
    rank
        Inner width of an adapter.
    alpha
        An adapter's output is multiplied by ``alpha / rank``.
    dropout
        Share of its inputs that are dropped while training.
    targets
        Ends of the names of the linear layers that get one; None takes all of the encoder.
    """

    rank: int = 8
    alpha: int = 16
    dropout: float = 0.05
    targets: Sequence[str] | None = None


def adapt(network: Network, options: LoraOptions, *, seed: int) -> Network:
    """Return the network with adapters; they, the head and weights that are new are all that is trained.

    Parameters
    ----------
    seed
        Where the adapters start; at first they change nothing.

    Raises
    ------
    ModelError
        If ``peft`` is not installed, or no layer is called like a target.
    """
    require("peft")
    import torch
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(
        task_type="SEQ_CLS",
        r=options.rank,
        lora_alpha=options.alpha,
        lora_dropout=options.dropout,
        target_modules=list(options.targets) if options.targets else "all-linear",
        modules_to_save=_trained_whole(network),
    )
    try:
        with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
            # peft 0.21 asks transformers 5.23 under an old name.
            warnings.filterwarnings("ignore", "`is_gradient_checkpointing` is deprecated", FutureWarning)
            torch.manual_seed(seed)
            return replace(network, model=get_peft_model(network.model, config))
    except ValueError as error:
        raise ModelError(f"lora.targets {options.targets}: the encoder has no such layers; name others") from error


def _trained_whole(network: Network) -> list[str]:
    """Return the modules without useful weights: the head, and parts that the encoder's folder did not hold."""
    model = network.model
    heads = [
        name for name, module in model.named_children()
        if name != model.base_model_prefix and any(True for _ in module.parameters())
    ]  # fmt: skip
    within = f"{model.base_model_prefix}."
    return sorted({*heads, *(name.rpartition(".")[0] for name in network.fresh if name.startswith(within))})


def merged(network: Network) -> Network:
    """Return the network with its adapters worked into the weights, a plain model; the same one if it has none."""
    if not hasattr(network.model, "merge_and_unload"):
        return network
    from copy import deepcopy

    return replace(network, model=deepcopy(network.model).merge_and_unload())


def save_adapter(network: Network, folder: Path, encoder: Encoder) -> None:
    """Write adapters and head, and which encoder they belong to, as plain files."""
    from peft import get_peft_model_state_dict
    from safetensors.torch import save_file

    # Embeddings never get adapters here; asked to find out, peft would look the encoder up on the hub.
    state = get_peft_model_state_dict(network.model, save_embedding_layers=False)
    save_file({name: tensor.detach().cpu().contiguous() for name, tensor in state.items()}, folder / _WEIGHTS)
    write_json(folder / _ENCODER, {"sha256": encoder.sha256})


def load_adapter(network: Network, folder: Path, encoder: Encoder) -> None:
    """Read what ``save_adapter`` wrote into an adapted network.

    Raises
    ------
    ModelError
        If the encoder is another than the one that was adapted, or the weights do not fit.
    """
    from peft import get_peft_model_state_dict, set_peft_model_state_dict
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    if read_json(folder / _ENCODER, "encoder of an adapter").get("sha256") != encoder.sha256:
        raise ModelError(f"encoder {encoder.folder}: other weights than those trained over; get the same version of it")
    try:
        state = load_file(folder / _WEIGHTS)
        own = get_peft_model_state_dict(network.model, save_embedding_layers=False)
        if {name: t.shape for name, t in state.items()} != {name: t.shape for name, t in own.items()}:
            raise ModelError(f"{folder}: adapters that do not fit the options they are said to have; train it again")
        set_peft_model_state_dict(network.model, state)
    except (OSError, SafetensorError) as error:
        raise ModelError(f"{folder}: adapters that cannot be read ({error}); train it again") from error
