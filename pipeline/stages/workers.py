"""How many workers a run gets."""

from __future__ import annotations

from pipeline.config import ScoreConfig
from pipeline.errors import ConfigError
from pipeline.machine import cpus, memory

_GB = 1 << 30
WORKER_GB = 0.8
"""What a worker with the model that comes along takes, and the shards in hand with it."""


def workers_for(config: ScoreConfig) -> int:
    """Return the number of processes: as configured, else one a processor as far as the memory goes.

    Raises
    ------
    ConfigError
        If more are asked for than the memory that was given is enough for.
    """
    if config.engine == "inline":
        return 1
    given = config.memory_gb
    if config.workers is not None:
        if given is not None and config.workers * WORKER_GB > given:
            raise ConfigError(
                f"{config.workers} workers take about {config.workers * WORKER_GB:.1f} GB, not {given:g}; "
                "give fewer --workers or more --memory"
            )
        return config.workers
    free = memory().available
    room = given if given is not None else (free / _GB if free is not None else None)
    most = cpus()
    return most if room is None else max(1, min(most, int(room / WORKER_GB)))
