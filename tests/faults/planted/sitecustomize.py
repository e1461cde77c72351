"""Python imports this at its start where this folder is on its path: in drivers and workers under test."""

import json
import os

if "PLANTED_FAULTS" in os.environ:
    import planted_faults

    planted_faults.plant(json.loads(os.environ["PLANTED_FAULTS"]))
