"""A table that is given as text in the spec."""

from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, Self, cast

from pydantic import BeforeValidator, Field, model_validator

from gradtape import limits
from gradtape.spec.csv_table import Column, CsvProblem, read_csv
from gradtape.spec.data_base import DataBase
from gradtape.spec.fields import FormControl, refuse
from gradtape.spec.wording import Shape, suggest


def _to_names(value: Any) -> Any:
    """Names with commas between them, as a form gives them."""
    if isinstance(value, str):
        return tuple(name.strip() for name in value.split(",") if name.strip())
    return tuple(cast(list[Any], value)) if isinstance(value, list) else value


class CsvData(DataBase, frozen=True):
    """A table as CSV: a line of column names, then a line per sample, with commas in between.

    A column of text is a column of classes: each word becomes a number, 0, 1, 2, … in alphabetical
    order.
    """

    title: ClassVar[str] = "Table (CSV)"
    kind: Literal["csv"]
    text: Annotated[str, Field(max_length=limits.MAX_CSV_CHARACTERS), FormControl("long_text")] = (
        Field(description="The table; its first line names the columns.")
    )
    target: str | None = Field(
        default=None,
        description="Name of the column to be told from the others. Default: the last.",
    )
    standardize: bool = Field(
        default=True,
        description="Whether each input column of numbers is given mean 0 and deviation 1.",
    )
    class_columns: Annotated[tuple[str, ...], BeforeValidator(_to_names), FormControl("text")] = (
        Field(
            default=(), description="Columns of numbers that are classes all the same, as in a, b."
        )
    )

    @model_validator(mode="after")
    def _can_be_read(self) -> Self:
        try:
            names = [column.name for column in self.columns]
        except CsvProblem as problem:
            raise refuse("invalid_csv", f"{problem}.", "text") from None
        wanted = [("target", self.target)] if self.target is not None else []
        wanted += [("class_columns", name) for name in self.class_columns]
        for field, name in wanted:
            if name not in names:
                hint, details = suggest(name, names)
                message = f'is "{name}", which is no column. {hint}'
                raise refuse("unknown_column", message, field, **details)
        return self

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """All columns, the target's among them."""
        return read_csv(self.text, self.class_columns)

    @property
    def target_column(self) -> Column:
        """What is to be told from the other columns."""
        named = [column for column in self.columns if column.name == self.target]
        return named[0] if named else self.columns[-1]

    @property
    def input_columns(self) -> tuple[Column, ...]:
        """All but the target's."""
        return tuple(column for column in self.columns if column is not self.target_column)

    @property
    def is_numeric(self) -> list[bool]:
        """For each input column whether it is made of numbers."""
        return [column.categories is None for column in self.input_columns]

    @property
    def sample_count(self) -> int:
        """How many rows."""
        return len(self.columns[0].numbers)

    @property
    def sample_shape(self) -> Shape:
        """One number per input column."""
        return (len(self.columns) - 1,)

    @property
    def class_count(self) -> int | None:
        """How many categories the target has."""
        categories = self.target_column.categories
        return None if categories is None else max(2, len(categories))

    @property
    def target_shape(self) -> Shape:
        """One class, or one number."""
        return (1,) if self.class_count is None else ()
