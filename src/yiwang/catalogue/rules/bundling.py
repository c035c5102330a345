"""一件事的材料 — which of the materials asked once for a whole each of its parts may see. 规定 7"""

from __future__ import annotations

from yiwang.catalogue.messages import Category, Item


def shared(whole: Item, part: Item) -> frozenset[str]:
    """共用材料: the codes of those materials of a whole that this part's own item asks for, and the one form of all."""
    wanted = {material.name for material in part.materials}
    return frozenset(m.code for m in whole.materials if m.name in wanted or m.category is Category.FORM)
