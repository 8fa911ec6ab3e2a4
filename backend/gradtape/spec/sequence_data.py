"""Sequences that a network reads step by step: characters of a text, and two classic tasks."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from gradtape import limits
from gradtape.spec.data_base import GeneratedData, Samples, SequenceLength
from gradtape.spec.fields import WHOLE, refuse
from gradtape.spec.wording import Shape

NAMES = """
ada adele agnes alan albert alice alma amelia anders anja anna anton arno arthur astrid aurora
bela benno berta bruno carla carlo cecilia clara conrad dana daria david dora edgar edith edna
elena elias elina elsa emil emma enno erika erna ernst ester eva fabian felix finn fiona flora
frida georg gerda gisela greta gustav hanna hannes harald hedda helena helga henrik hilda hugo ida
ines ingrid irene iris isak ivan jakob jana jonas josef julia karin karl katja klara konrad lars
laura lea lena leo linda lisa lotte lucas luisa magda marek maria marta martin max mila mina mona
nadia nelly nils nina nora olga oskar otto paula peter petra rafael rita robert rosa ruth samuel
sara selma simon sofia stella sven tanja thea theo tilda toni ulla ulrich vera viktor wanda werner
wilma xenia yvonne zora
"""
TEXT = " ".join(NAMES.split()) + " "
"""What is read where a spec gives no text of its own: first names, a space behind each."""


class CharactersData(GeneratedData, frozen=True):
    """Pieces of a text, character by character; the target is the one that comes next."""

    title: ClassVar[str] = "Characters"
    kind: Literal["characters"]
    length: SequenceLength = Field(default=8, description="Characters per piece.")
    targets: Literal["next", "each"] = Field(
        default="next",
        description="The character behind the piece, or the next one at each place.",
    )
    text: Annotated[str, Field(min_length=2, max_length=limits.MAX_TEXT_CHARACTERS)] | None = Field(
        default=None, description="Own text. Default: some 140 first names."
    )

    @model_validator(mode="after")
    def _is_long_enough(self) -> Self:
        if len(self.source) <= self.length:
            message = (
                f"must be below the length of the text, {len(self.source)} characters; "
                f"got {self.length}."
            )
            raise refuse("out_of_range", message, "length")
        return self

    @property
    def source(self) -> str:
        """The text that is read."""
        return TEXT if self.text is None else self.text

    @property
    def alphabet(self) -> str:
        """Every character of the text once, in order: a token is a place in it."""
        return "".join(sorted(set(self.source)))

    @property
    def sample_shape(self) -> Shape:
        """One token per character."""
        return (self.length,)

    @property
    def token_count(self) -> int:
        """As many as the text has different characters."""
        return len(self.alphabet)

    @property
    def class_count(self) -> int:
        """One per character."""
        return len(self.alphabet)

    @property
    def target_shape(self) -> Shape:
        """One class, or one at each place."""
        return (self.length,) if self.targets == "each" else ()


class SequencesData(GeneratedData, frozen=True):
    """Tasks that ask for memory: say symbols again after a pause, or add two marked numbers."""

    title: ClassVar[str] = "Sequences"
    kind: Literal["sequences"]
    task: Literal["copy", "add"] = Field(
        default="copy",
        description="copy: symbols, then as many blanks, in which the symbols are to be said "
        "again; add: numbers, two of them marked, whose sum is the target.",
    )
    samples: Samples = Field(default=200, description="How many samples.")
    length: SequenceLength = Field(
        default=5, description="How many symbols, or how many numbers; at least 2 to add."
    )
    symbols: Annotated[int, Field(ge=1, le=999), WHOLE] = Field(
        default=4, description="How many different symbols there are to copy, beside the blank."
    )

    @model_validator(mode="after")
    def _has_two_to_add(self) -> Self:
        if self.task == "add" and self.length < 2:
            raise refuse("out_of_range", "must be at least 2 to add two numbers; got 1.", "length")
        return self

    @property
    def sample_shape(self) -> Shape:
        """Symbols and as many blanks; or a number and its mark at each step."""
        return (2 * self.length,) if self.task == "copy" else (self.length, 2)

    @property
    def token_count(self) -> int | None:
        """The symbols and the blank, which is token 0."""
        return self.symbols + 1 if self.task == "copy" else None

    @property
    def class_count(self) -> int | None:
        """The symbols and the blank."""
        return self.token_count

    @property
    def target_shape(self) -> Shape:
        """A class at each step, or one sum."""
        return (2 * self.length,) if self.task == "copy" else (1,)
