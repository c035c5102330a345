"""文书下载 — a document of a department as a PDF that a browser shows."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response

from yiwang.front import documents
from yiwang.handling.messages import Issued, Paper


def pdf_of(issued: Issued, request: Request[Any, Any, Any]) -> Response[bytes]:
    """正式文书, named by its check code; its QR code leads back to this site."""
    return _shown(documents.official(issued, str(request.base_url)), issued.code)


def preview_of(paper: Paper) -> Response[bytes]:
    """文书预览."""
    return _shown(documents.preview(paper), "preview")


def _shown(made: bytes, name: str) -> Response[bytes]:
    headers = {"content-disposition": f'inline; filename="{name}.pdf"', "cache-control": "no-store"}
    return Response(made, status_code=200, media_type="application/pdf", headers=headers)
