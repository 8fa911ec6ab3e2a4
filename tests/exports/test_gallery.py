import re
from pathlib import Path

import pytest

from gradtape.errors import UnknownExport
from gradtape.exports.gallery import EXPORTS, find_export, find_export_by_suffix


@pytest.mark.parametrize(("kind", "near"), [("sgv", "svg"), ("scirpt", "script"), ("cvs", "csv")])
def test_an_unknown_kind_is_answered_with_the_nearest_one(kind: str, near: str) -> None:
    with pytest.raises(UnknownExport, match=f"Did you mean '{near}'") as caught:
        find_export(kind)
    assert caught.value.path == "kind"


def test_a_suffix_tells_the_kind() -> None:
    for kind, export in EXPORTS.items():
        assert find_export_by_suffix(export.suffix.upper()).kind == kind
    with pytest.raises(UnknownExport, match=r"Known: .*\.py"):
        find_export_by_suffix(".exe")


def test_the_page_lists_the_same_kinds() -> None:
    page = Path(__file__).parents[2] / "frontend" / "src" / "model" / "exports.ts"
    listed = re.findall(r'kind: "(\w+)"', page.read_text())
    assert sorted(listed) == sorted(EXPORTS)
    assert listed[0] == next(iter(EXPORTS)) == "html"


@pytest.mark.parametrize(
    ("name", "file_name"),
    [
        ("two-layer", "two-layer.svg"),
        ("Übung 3 / a", "bung-3-a.svg"),
        ("../../etc/passwd", "etc-passwd.svg"),
        ('x"; filename=evil\r\nSet-Cookie: a', "x-filename-evil-Set-Cookie-a.svg"),
        ("...", "gradtape.svg"),
        ("", "gradtape.svg"),
        (None, "gradtape.svg"),
    ],
)
def test_a_file_is_named_after_the_spec_in_safe_characters(
    name: str | None, file_name: str
) -> None:
    assert find_export("svg").file_name(name) == file_name
