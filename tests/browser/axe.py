"""What the accessibility checker axe-core finds on a page, as far as it is serious."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
RUN = """
async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations;
}
"""


@cache
def axe_source() -> str:
    """The checker's script, as npm installed it."""
    return AXE.read_text(encoding="utf-8")


def serious_findings(page: Page) -> list[str]:
    """One line for each element that a serious or critical rule finds fault with."""
    # Evaluated, not added as a script: the page's content policy admits no foreign scripts.
    page.evaluate(axe_source())
    violations: list[dict[str, Any]] = page.evaluate(RUN)
    return [
        f"{found['id']}: {node['html'][:160]} {json.dumps(node['any'][:1])[:240]}"
        for found in violations
        if found["impact"] in ("serious", "critical")
        for node in found["nodes"]
    ]
