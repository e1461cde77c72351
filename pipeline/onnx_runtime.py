"""ONNX Runtime, imported so that it reports to nobody."""

from __future__ import annotations

import os
from types import ModuleType


def onnx_runtime() -> ModuleType:
    """Return ``onnxruntime``; reports to its maker are off unless the user's own environment says otherwise.

    From 1.29 on its builds for Linux and macOS write a device's id into the home folder and tell of each session. Only
    the environment keeps them from it wholly, and only before the import.

    Raises
    ------
    ImportError
        If it is not installed.
    """
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime

    return onnxruntime  # type: ignore[no-any-return]
