"""Shows a page of HTML to a person: in a notebook, else in the browser."""

import sys
import tempfile
import webbrowser
from html import escape
from pathlib import Path

FRAME_HEIGHT = 640  # pixels; a notebook's cell with room for the graph
NOTEBOOK_SHELL = "ZMQInteractiveShell"  # of Jupyter, and what others derive theirs from


class NotebookPage:
    """What a notebook shows of a page, in a frame of its own.

    The page may run its scripts there, and reaches nothing of the notebook.
    """

    def __init__(self, page: bytes) -> None:
        self._page = page

    def _repr_html_(self) -> str:
        return (
            f'<iframe sandbox="allow-scripts" style="width:100%;height:{FRAME_HEIGHT}px;border:0"'
            f' srcdoc="{escape(self._page.decode())}"></iframe>'
        )


def show_html(page: bytes) -> NotebookPage | None:
    """Open a page in the browser; in a notebook, return what the notebook shows."""
    if _in_notebook():
        return NotebookPage(page)
    with tempfile.NamedTemporaryFile(prefix="gradtape-", suffix=".html", delete=False) as file:
        file.write(page)
    webbrowser.open(Path(file.name).as_uri())
    return None


def _in_notebook() -> bool:
    # Whoever runs in a notebook has IPython loaded already.
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return any(kind.__name__ == NOTEBOOK_SHELL for kind in type(shell).__mro__)
