"""Opens a saved tape."""

from pathlib import Path

from gradtape.library.tape import Tape
from gradtape.library.tape_file import read_tape_file


def load(path: str | Path) -> Tape:
    """The tape that `tape.save("run.tape")` wrote, with every number bit for bit.

    Raises:
        InvalidTapeFile: the file is not there, is cut short, or is no tape.
    """
    name, recordings = read_tape_file(Path(path))
    return Tape(recordings, name=name)
