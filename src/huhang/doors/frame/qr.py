"""A QR code as a drawing in the page: one path, no picture file, nothing fetched."""

import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString

QUIET = 4
"""Modules of white around the code, which readers need (ISO/IEC 18004)."""


def qr_svg(text: str, label: str) -> SafeString:
    """The code of a text; ``label`` is what it is, for those who do not see it."""
    rows = segno.make(text, error="m", micro=False).matrix
    path = "".join(
        f"M{x + QUIET} {y + QUIET}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    )
    size = len(rows) + 2 * QUIET
    return format_html(
        '<svg class="qr" viewBox="0 0 {} {}" role="img" aria-label="{}" shape-rendering="crispEdges">'
        '<path d="M0 0h{}v{}H0z" fill="#fff"/><path d="{}" fill="#000"/></svg>',
        *(size, size, label, size, size, path),
    )
