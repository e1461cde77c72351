"""The configurations of models over pretrained weights, here or behind an address."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from pipeline.config_files import Config
from pipeline.model_configs.base import ClassifierConfig, ClassWeight, Label


class StatementReading(Config):
    """Which parts of a statement a transformer reads, and how much of each.

    Parameters
    ----------
    target, title, context
        Whether it reads them; the quotation it always reads.
    quote_words
        Longer quotations lose their middle.
    context_words
        Words kept on each side of the quotation.
    mask_vendors
        Read "the vendor" for the names of the target, which are its own words and the topic's aliases.
    """

    target: bool = True
    title: bool = False
    context: bool = True
    quote_words: int = Field(default=120, ge=1)
    context_words: int = Field(default=40, ge=0)
    mask_vendors: bool = False


class PretrainedConfig(ClassifierConfig):
    """What every model over pretrained weights has.

    Parameters
    ----------
    reading
        What it reads of a statement.
    max_tokens
        Longer inputs are cut.
    download
        Fetch the weights from the hub where they are neither a folder nor an installed package.
    revision
        Commit in the hub; needed to fetch.
    """

    takes_topics: ClassVar[bool] = True

    reading: StatementReading
    max_tokens: int = Field(ge=8)
    download: bool = False
    revision: str | None = None

    @property
    def reads_topics(self) -> bool:
        """Whether names are masked, for which the aliases are needed."""
        return self.reading.mask_vendors


class AugmentationConfig(Config):
    """Shares of the training statements.

    Parameters
    ----------
    rename_vendors
        Whose vendor gets an invented name.
    swap_targets
        Copied toward an unrelated target, as neutral.
    swapped_weight
        What such a copy counts.
    """

    rename_vendors: float = Field(default=0.0, ge=0, le=1)
    swap_targets: float = Field(default=0.0, ge=0, le=1)
    swapped_weight: float = Field(default=0.7, gt=0)


class LoraConfig(Config):
    """Low-rank adapters: what is trained is small, and the encoder stays as it is.

    Parameters
    ----------
    rank, alpha
        Inner width, and the factor (over the rank) on what an adapter adds.
    targets
        Ends of the names of the linear layers that get one; None takes all of the encoder.
    """

    rank: int = Field(ge=1)
    alpha: float = Field(gt=0)
    dropout: float = Field(ge=0, lt=1)
    targets: tuple[str, ...] | None = None


class FinetunedConfig(PretrainedConfig):
    """``configs/models/finetuned.yaml``: a transformer fine-tuned on target, statement and context.

    Parameters
    ----------
    encoder
        A folder, a packaged encoder, or a name in the hub.
    epochs, batch, accumulate
        Passes over the data, statements of a batch, batches of a step.
    rate, weight_decay, warmup
        Peak learning rate, and the share of the steps until it is reached.
    patience
        Epochs without a better macro-F1 on dev after which it stops; None goes on to the end.
    class_weight
        ``balanced`` makes each class count alike.
    label_smoothing
        Share of the certainty that is spread over all classes.
    lora
        Adapters; None trains the whole network.
    precision
        ``auto`` uses half precision where a GPU has it.
    dropout
        Inside the encoder; None keeps what its configuration says.
    augmentation
        Shares of the statements that are read with other names or another target; None leaves them as they are.
    freeze_layers
        Lowest layers that are left as they are, embeddings with them.
    layers
        Layers whose means over the quotation and its context the head reads, those above dropped; None reads as the
        encoder's makers meant it.
    balance_targets
        How far the labels of each target are made to weigh alike, 0 to 1.
    """

    stops_early: ClassVar[bool] = True

    classifier: Literal["finetuned"]
    encoder: str
    epochs: int = Field(ge=1)
    batch: int = Field(ge=1)
    accumulate: int = Field(default=1, ge=1)
    rate: float = Field(gt=0)
    weight_decay: float = Field(default=0.01, ge=0)
    warmup: float = Field(default=0.1, ge=0, lt=1)
    patience: int | None = Field(default=None, ge=1)
    class_weight: ClassWeight
    label_smoothing: float = Field(default=0.0, ge=0, lt=1)
    lora: LoraConfig | None = None
    precision: Literal["auto", "fp32", "bf16", "fp16"] = "auto"
    dropout: float | None = Field(default=None, ge=0, lt=1)
    augmentation: AugmentationConfig | None = None
    freeze_layers: int = Field(default=0, ge=0)
    layers: tuple[int, ...] | None = Field(default=None, min_length=1)
    balance_targets: float = Field(default=0.0, ge=0, le=1)


class ZeroShotConfig(PretrainedConfig):
    """``configs/models/zero_shot.yaml``: entailment of hypotheses about the target.

    Parameters
    ----------
    checkpoint
        A network for natural language inference: a folder or a name in the hub.
    hypotheses
        Sentences with ``{target}`` by label, for targets whose topic has none of its own.
    """

    classifier: Literal["zero_shot"]
    checkpoint: str
    hypotheses: dict[Label, tuple[str, ...]]

    @property
    def reads_topics(self) -> bool:
        """True: hypotheses come from the topics."""
        return True


class LlmConfig(ClassifierConfig):
    """``configs/models/llm.yaml``: a language model behind an OpenAI-compatible address, told by the environment.

    Parameters
    ----------
    max_calls
        Requests in one go, answers from the cache aside.
    batch_cache
        Folder of answers by content; None keeps none.
    temperature
        0 takes the likeliest answer.
    max_tokens, timeout
        Longest answer, and seconds to wait for one.
    """

    takes_topics: ClassVar[bool] = True

    classifier: Literal["llm"]
    max_calls: int = Field(ge=0)
    batch_cache: str | None
    temperature: float = Field(ge=0, le=2)
    max_tokens: int = Field(ge=1)
    timeout: float = Field(gt=0)
