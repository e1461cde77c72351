"""The exception tree. Every message says what, where (file:line or article id) and what to do.

::

    PipelineError            exit status 2: the user can mend it
    ├── InputError           a path, table or archive that cannot be used
    │   └── RecordError      one record that cannot be used; kept among the rejects
    ├── ConfigError          a configuration that does not fit its schema
    ├── LabelError           an annotation outside the codebook or off its text
    │   └── LeakageError     the same story or quote on two sides of a split
    ├── ModelError           a model folder that is missing, changed or of another kind
    ├── TrackingError        an MLflow store, run or model that cannot be reached
    ├── ExecutorError        workers that do not start, or a cluster that cannot be reached
    └── GateError            exit status 1: a gate failed
"""


class PipelineError(Exception):
    """Base of all errors that a user can mend; shown as one line, with exit status ``exit_code``."""

    exit_code = 2


class InputError(PipelineError):
    """A path, table or archive cannot be used."""


class RecordError(InputError):
    """One record of an input cannot be used.

    Parameters
    ----------
    message
        What is wrong, for a person.
    reason
        A short stable word under which rejects are counted (``"empty"``, ``"binary"``, ``"too-large"`` …).
    """

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class ConfigError(PipelineError):
    """A configuration file or override does not fit its schema."""


class LabelError(PipelineError):
    """An annotation is outside the codebook or does not lie on its text."""


class LeakageError(LabelError):
    """The same story, or a near-duplicate quote, stands on two sides of a split."""


class ModelError(PipelineError):
    """A model folder is missing, changed since it was saved, or of an unknown kind."""


class TrackingError(PipelineError):
    """An MLflow store, run or registered model cannot be reached."""


class ExecutorError(PipelineError):
    """Workers do not start, or the cluster that they shall run on cannot be reached."""


class GateError(PipelineError):
    """A gate failed; not the user's mistake."""

    exit_code = 1
