"""A scored corpus as one page: who said what, by speaker, month and quotation. It opens offline."""

from __future__ import annotations

from pipeline.report.browse.page import browse_page

__all__ = ["browse_page"]
