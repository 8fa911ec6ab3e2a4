"""Numbers as the screen writes them, read back."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

HALF_A_DIGIT = 5.001e-4  # four significant digits are shown: half a unit of the last, relative
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
# In one go: a call to the browser for each cell would take most of a journey's time.
ROW_COLUMN_TEXT = """
(cells) => cells.map((cell) => [
  cell.closest("[role=row]").ariaRowIndex, cell.ariaColIndex, cell.innerText,
])
"""
_NAMED = {"NaN": float("nan"), "∞": float("inf"), "-∞": float("-inf")}


def read_number(text: str) -> float:
    """`−1.234×10⁻⁵` as a float."""
    plain = text.strip().replace("−", "-").replace("\u202f", "")
    if plain in _NAMED:
        return _NAMED[plain]
    mantissa, _, power = plain.partition("×10")
    return float(f"{mantissa}e{power.translate(_SUPERSCRIPTS)}" if power else mantissa)


def number_grid(page: Page) -> Locator:
    """The matrix of numbers in the inspector."""
    return inspector(page).get_by_role("grid")


def inspector(page: Page) -> Locator:
    """The panel that tells everything about what is selected."""
    return page.get_by_role("complementary", name="Inspector")


def shown_cells(grid: Locator) -> dict[tuple[int, int], float]:
    """Every number in view by row and column, from 0."""
    cells: list[list[str]] = grid.get_by_role("gridcell").evaluate_all(ROW_COLUMN_TEXT)
    return {(int(row) - 1, int(column) - 1): read_number(text) for row, column, text in cells}


def as_matrix(values: Any) -> list[list[float]]:
    """Nested lists of no, one or two dimensions as rows; a vector stands upright."""
    if not isinstance(values, list):
        return [[values]]
    return [row if isinstance(row, list) else [row] for row in values]


def assert_shown(grid: Locator, values: Any) -> None:
    """What is in view are these numbers, and there are some."""
    matrix = as_matrix(values)
    expect(grid.get_by_role("gridcell").first).to_be_visible()
    cells = shown_cells(grid)
    assert cells
    for (row, column), shown in cells.items():
        assert shown == pytest.approx(float(matrix[row][column]), rel=HALF_A_DIGIT, nan_ok=True)
