"""Checkpoints of a fit: tensors as safetensors, all else as JSON, each sealed with what it is a checkpoint of.

The Trainer's own (``optimizer.pt``, ``scheduler.pt``, ``rng_state.pth``, ``training_args.bin``) are pickles. Opened
with ``weights_only`` they could build no arbitrary objects; but no pickle is opened here, ever, and none is written, so
that the rule is easy to check.
"""

from __future__ import annotations

import json
import logging
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.files import sha256_file, write_json

_WEIGHTS, _OPTIMIZER, _STATE, _SEAL = "weights.safetensors", "optimizer.safetensors", "optimizer.json", "seal.json"
_DRAWS, _SCALE = "draws.json", "scaler.json"
_NUMBER = re.compile(r"checkpoint-(\d+)")

_log = logging.getLogger(__name__)


def save_weights(model: Any, folder: Path) -> None:
    """Write the weights that are trained; the others stand in the encoder's folder."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    trained = {name: weight for name, weight in model.named_parameters() if weight.requires_grad}
    save_file({name: weight.detach().cpu().contiguous() for name, weight in trained.items()}, folder / _WEIGHTS)


def load_weights(model: Any, folder: Path) -> None:
    """Put saved weights into a model of the same make."""
    import torch
    from safetensors.torch import load_file

    weights = dict(model.named_parameters())
    with torch.no_grad():
        for name, saved in load_file(folder / _WEIGHTS).items():
            weights[name].copy_(saved)


def save_optimizer(optimizer: Any, schedule: Any, folder: Path) -> None:
    """Write the moments of the optimizer, its groups, and where the schedule of the rate stands."""
    from safetensors.torch import save_file

    state = optimizer.state_dict()
    moments = {
        f"{index}.{name}": value.detach().cpu().contiguous()
        for index, values in state["state"].items()
        for name, value in values.items()
    }
    save_file(moments, folder / _OPTIMIZER)
    write_json(folder / _STATE, {"groups": state["param_groups"], "schedule": schedule.state_dict()})


def load_optimizer(optimizer: Any, schedule: Any, folder: Path) -> None:
    """Set an optimizer and a schedule of the same make to what was saved."""
    from safetensors.torch import load_file

    saved = _read(folder / _STATE)
    moments: dict[int, dict[str, Any]] = {}
    for key, value in load_file(folder / _OPTIMIZER).items():
        index, _, name = key.partition(".")
        moments.setdefault(int(index), {})[name] = value
    optimizer.load_state_dict({"state": moments, "param_groups": saved["groups"]})
    schedule.load_state_dict(saved["schedule"])


def save_draws(folder: Path) -> None:
    """Write where PyTorch's random numbers stand; dropout draws them. The order of the rows hangs on the seed alone."""
    import torch

    states = {"cpu": torch.random.get_rng_state()}
    if torch.cuda.is_available():
        states["cuda"] = torch.cuda.get_rng_state()
    write_json(folder / _DRAWS, {name: bytes(state.tolist()).hex() for name, state in states.items()})


def load_draws(folder: Path) -> None:
    """Set PyTorch's random numbers to where they stood."""
    import torch

    saved = _read(folder / _DRAWS)
    states = {name: torch.tensor(list(bytes.fromhex(state)), dtype=torch.uint8) for name, state in saved.items()}
    torch.random.set_rng_state(states["cpu"])
    if torch.cuda.is_available() and "cuda" in states:
        torch.cuda.set_rng_state(states["cuda"])


def save_scale(scaler: Any, folder: Path) -> None:
    """Write the factor on the loss of half-precision training, if there is one."""
    if scaler is not None:
        write_json(folder / _SCALE, scaler.state_dict())


def load_scale(scaler: Any, folder: Path) -> None:
    """Set the factor on the loss to what was saved."""
    if scaler is not None:
        scaler.load_state_dict(_read(folder / _SCALE))


def seal(folder: Path, fingerprint: Mapping[str, Any]) -> None:
    """Write, last of all, what the checkpoint belongs to and the hashes of its files."""
    files = {path.name: sha256_file(path) for path in sorted(folder.iterdir()) if path.name != _SEAL}
    write_json(folder / _SEAL, {"fingerprint": dict(fingerprint), "files": files})


def latest(parent: Path, fingerprint: Mapping[str, Any]) -> Path | None:
    """Return the last checkpoint of this very fit that is whole, and the best before it too; or None.

    Others, of other data or options above all, are removed, for their numbers would mix with those of the new fit.
    """
    numbered = {int(found[1]): path for path in parent.glob("checkpoint-*") if (found := _NUMBER.fullmatch(path.name))}
    faults = {number: _differs(folder, fingerprint) for number, folder in numbered.items()}
    whole = {number for number, fault in faults.items() if fault is None}
    for number in sorted(whole):
        best = _read(numbered[number] / "trainer_state.json")["best_global_step"]
        if best is not None and best not in whole:
            faults[number] = f"a checkpoint whose best one so far, checkpoint-{best}, is gone"
    for number, fault in sorted(faults.items()):
        if fault is not None:
            _log.warning("%s: %s; it is removed and not gone on from", numbered[number], fault)
            shutil.rmtree(numbered[number])
    last = max((number for number, fault in faults.items() if fault is None), default=None)
    return None if last is None else numbered[last]


def _differs(folder: Path, fingerprint: Mapping[str, Any]) -> str | None:
    """Return why a checkpoint cannot be gone on from, or None if it can."""
    try:
        card = _read(folder / _SEAL)
        found, files = dict(card["fingerprint"]), dict(card["files"])
        if changed := sorted(name for name in {*found, *fingerprint} if found.get(name) != fingerprint.get(name)):
            return f"a checkpoint of another fit ({', '.join(changed)})"
        damaged = [name for name, digest in files.items() if sha256_file(folder / name) != digest]
        return f"a damaged checkpoint ({damaged[0]})" if damaged else None
    except (OSError, KeyError, TypeError, ValueError):
        return "a checkpoint that was not finished"


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
