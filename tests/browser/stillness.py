"""When the stage stands still: what moves is neither pointed at nor measured."""

from playwright.sync_api import Page

# Some frames in a row: what was just done may begin to move only with the next one.
STILL = """
() => new Promise((done) => {
  const look = (left) => requestAnimationFrame(() => {
    if (document.querySelector("[data-moving]") !== null) look(3);
    else if (left > 1) look(left - 1);
    else done();
  });
  look(3);
})
"""


def wait_until_still(page: Page) -> None:
    """Nothing glides on the stage, and no layout is under way."""
    page.evaluate(STILL)
