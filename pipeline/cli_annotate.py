"""The commands under ``stance annotate``: from statements to labels that several coders agree on."""

from __future__ import annotations

import typer

app = typer.Typer(
    name="annotate",
    help="Label statements, alone or with others, and measure how well coders agree.",
    no_args_is_help=True,
)
