"""The HTML around a packed replay: the viewer, and a policy that lets in nothing else.

No text of a recording stands in the HTML as it is: whatever a network or a tensor is called, the
file holds base64 of it.
"""

import gzip
from base64 import b64encode
from hashlib import sha256
from importlib.resources import files

from gradtape.errors import PageNotBuilt

BEST_LEVEL = 9

SKELETON = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:image/svg+xml;base64,{icon}">
<title>Gradtape replay</title>
<style>{style}</style>
</head>
<body>
<div id="app"></div>
<noscript>Gradtape draws its graphs with JavaScript, which is switched off here.</noscript>
{blocks}
<script>{script}</script>
</body>
</html>
"""


def write_page(packed: bytes | memoryview, *, has_curves: bool) -> bytes:
    """The whole file.

    Args:
        packed: a ReplayDocument, as `pack_document` gives it.
        has_curves: put in what draws them, half a megabyte.
    Raises:
        PageNotBuilt: the viewer is not in this installation.
    """
    script, style = _inlined("replay/replay.js"), _inlined("replay/replay.css")
    blocks: dict[str, bytes | memoryview] = {"replay-document": packed}
    allowed = [script]
    if has_curves:
        plotly = _read("replay/plotly.js")
        allowed.append(plotly)
        blocks["replay-plotly"] = _compress(plotly)
        blocks["replay-figures"] = _compress(_figure_layouts())
    page = SKELETON.format(
        policy=_policy(allowed, style),
        icon=_text(_read("favicon.svg")),
        style=style.decode(),
        script=script.decode(),
        blocks="\n".join(_block(name, data) for name, data in blocks.items()),
    )
    return page.encode()


def _policy(scripts: list[bytes], style: bytes) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {' '.join(map(_hash, scripts))}",
            f"style-src {_hash(style)}",
            "img-src data:",
            "worker-src blob:",  # lays out large graphs; the script holds its code
            "connect-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hash(content: bytes) -> str:
    return f"'sha256-{_text(sha256(content).digest())}'"


def _block(name: str, data: bytes | memoryview) -> str:
    # Of this type a browser runs nothing; base64 has no character that could end the element.
    return f'<script type="application/octet-stream" id="{name}">{_text(data)}</script>'


def _text(data: bytes | memoryview) -> str:
    return b64encode(data).decode()


def _compress(data: bytes) -> bytes:
    return gzip.compress(data, BEST_LEVEL, mtime=0)


def _figure_layouts() -> bytes:
    """What the curves mean; their points are the viewer's to put in."""
    # Plotly takes half a second to import, and most replays have no curve.
    from gradtape.figures.gallery import layouts_json

    return layouts_json()


def _inlined(name: str) -> bytes:
    """A built file that can stand inside of its element: nothing in it ends or disguises one."""
    content = _read(name)
    for forbidden in (b"</script", b"</style", b"<!--", b"\r"):
        if forbidden in content.lower():
            raise AssertionError(f"{name} holds {forbidden!r} and cannot stand in a page")
    return content


def _read(name: str) -> bytes:
    file = files("gradtape").joinpath("page", *name.split("/"))
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise PageNotBuilt(
            f"The page is not built: {name} is missing. In a clone of the repository: make build."
        ) from None
