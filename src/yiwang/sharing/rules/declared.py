"""用途限定 — what may be asked of a department is what the item's published version declares, no more (R47)."""

from __future__ import annotations

from yiwang.catalogue.messages import Material, SourceKind


def is_declared(part: Material, whole: Material | None) -> bool:
    """已声明: whether a department's part of a material stands in the published version just so."""
    if whole is None or (part.source.kind, part.resource) != (SourceKind.DEPARTMENT, whole.resource):
        return False
    if not whole.data_items:
        return part.source == whole.source and not part.data_items
    declared = {d for d in whole.data_items if d.source == part.source}
    return bool(part.data_items) and set(part.data_items) <= declared
