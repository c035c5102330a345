"""证照抵材料 — whether a licence that was issued here is the material which an item wants from a department."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from yiwang.catalogue.messages import Category, Material
from yiwang.sharing.messages import LicenceRow


def document(licence: LicenceRow) -> dict[str, str]:
    """证照内容: what stands on it, by data item."""
    content = {
        "name": licence.name,
        "holder": licence.holder,
        "document_no": licence.code,
        "issuer": licence.issuer_name,
        "issued_on": licence.issued_on.isoformat(),
    }
    return content | ({"valid_to": licence.valid_to.isoformat()} if licence.valid_to else {})


def covering(material: Material, licences: Sequence[LicenceRow], on: date) -> LicenceRow | None:
    """能抵的证照: the newest in force that bears the material's name, where the catalogue calls it a licence (证照) and
    asks for nothing that does not stand on it.
    """
    if material.category is not Category.LICENCE:
        return None
    for licence in licences:
        if licence.name == material.name and licence.in_force(on):
            return licence if {d.code for d in material.data_items} <= document(licence).keys() else None
    return None


def record(material: Material, licence: LicenceRow) -> Mapping[str, object]:
    """取件记录: the licence as a department would have answered, by data item or whole."""
    whole = document(licence)
    return {d.code: whole[d.code] for d in material.data_items} or {material.code: whole}
