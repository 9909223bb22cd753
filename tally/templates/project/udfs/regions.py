"""Names of regions."""

from __future__ import annotations

from pyflink.table.udf import udf


def title_of(region: str | None) -> str:
    """Return a region as it is written in a report: ``Region: Europe``."""
    return f"Region: {(region or 'unknown').replace('-', ' ').title()}"


region_title = udf(title_of, result_type="STRING NOT NULL")
