"""A transformer small enough to be made on the fly, for tests in several folders."""

from pathlib import Path

# Words of the sentences in the ``labelled`` fixture, and of targets and hypotheses; others fall apart into characters.
WORDS = """
    we say the ban on quillon routers this licence rule tessaly order that export control is mira olsen said speaks
    reckless needless harmful to customers a mistake unfair tuesday agenda under review in its second reading scheduled
    being counted overdue necessary only safe course vital what asked for it against about should be banned restricted
    kept allowed vendor backs opposes speaker
"""
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789.,;:'’“”«»|()-…"


def make_tokenizer(folder: Path) -> int:
    """Write the files of a lower-casing word-piece tokenizer and return the size of its vocabulary."""
    from transformers import BertTokenizer

    pieces = dict.fromkeys([*SPECIAL, *CHARACTERS, *(f"##{c}" for c in CHARACTERS), *WORDS.split()])
    BertTokenizer(vocab={piece: i for i, piece in enumerate(pieces)}, model_max_length=96).save_pretrained(folder)
    return len(pieces)


def make_encoder(folder: Path) -> None:
    """Write a random BERT: two layers of width 32, 96 positions, safetensors and tokenizer.json."""
    import transformers

    size = make_tokenizer(folder)
    transformers.set_seed(1)
    config = transformers.BertConfig(
        vocab_size=size, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=96, pad_token_id=0,
    )  # fmt: skip
    transformers.BertModel(config).save_pretrained(folder)
