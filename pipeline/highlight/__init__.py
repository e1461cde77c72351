"""Articles with their quotations, cues and speakers marked: as text for a terminal, and as one HTML page."""

from __future__ import annotations

from pipeline.highlight.page import page
from pipeline.highlight.terminal import Screen, drawn, legend
from pipeline.highlight.views import View, view

__all__ = ["Screen", "View", "drawn", "legend", "page", "view"]
