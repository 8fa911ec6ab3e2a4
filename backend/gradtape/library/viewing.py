"""Shows a page of HTML to a person: in a notebook, else in the browser."""

import importlib.util
import sys
import tempfile
import webbrowser
from html import escape
from pathlib import Path
from typing import Any

FRAME_HEIGHT = 640  # pixels; a notebook's cell with room for the graph


def show_html(page: bytes, name: str) -> Any:
    """Open a page; in a notebook, returns what the notebook shows."""
    if _in_notebook():
        from IPython.display import HTML  # pyright: ignore[reportMissingImports]

        # In a frame of its own, which may run its scripts and reach nothing around it.
        return HTML(
            f'<iframe sandbox="allow-scripts" style="width:100%;height:{FRAME_HEIGHT}px;border:0"'
            f' srcdoc="{escape(page.decode())}"></iframe>'
        )
    with tempfile.NamedTemporaryFile(prefix=f"{name}-", suffix=".html", delete=False) as file:
        file.write(page)
    webbrowser.open(Path(file.name).as_uri())
    return None


def _in_notebook() -> bool:
    if importlib.util.find_spec("IPython") is None or "IPython" not in sys.modules:
        return False
    from IPython import get_ipython  # pyright: ignore[reportMissingImports]

    shell = get_ipython()
    return shell is not None and type(shell).__name__ == "ZMQInteractiveShell"
