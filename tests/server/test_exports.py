"""The names of exported files."""

import pytest

from gradtape.server.routes.exports import file_stem


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("two-layer", "two-layer"),
        ('x"; filename="evil.exe', "x-filename-evil-exe"),
        ("../../etc/passwd", "etc-passwd"),
        ("мережа 🙂\r\n", "replay"),
        ("", "replay"),
        ("a" * 200, "a" * 64),
    ],
)
def test_a_files_name_is_letters_digits_and_hyphens(name: str, stem: str) -> None:
    assert file_stem(name) == stem
