"""What no picture of the page may show: things that cover each other, and words that are cut."""

from playwright.sync_api import Page

FAULTS = """
() => {
  const shown = (selector) => [...document.querySelectorAll(selector)].filter(
    (each) => each.checkVisibility({ visibilityProperty: true }) && each.offsetWidth > 0,
  );
  const words = (each) => `${each.className}: ${each.innerText.replace(/\\s+/g, " ").slice(0, 60)}`;
  const slack = 1.5; // borders and halves of pixels
  const overlap = (a, b) => {
    const [p, q] = [a.getBoundingClientRect(), b.getBoundingClientRect()];
    return (
      Math.min(p.right, q.right) - Math.max(p.left, q.left) > slack &&
      Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top) > slack
    );
  };
  const sticksOut = (part, whole) => {
    const [p, q] = [part.getBoundingClientRect(), whole.getBoundingClientRect()];
    return p.left < q.left - slack || p.right > q.right + slack
      || p.top < q.top - slack || p.bottom > q.bottom + slack;
  };
  const pairs = (things, kind) => things.flatMap((a, i) =>
    things.slice(i + 1).filter((b) => overlap(a, b))
      .map((b) => `${kind} overlap: ${words(a)} / ${words(b)}`));
  const cards = shown(".stage-card, .stage-loss, .stage-seed, .stage-chip");
  const texts = shown(
    ".stage-card-name, .stage-card-norm, .stage-loss-value, .stage-seed-value, .stage-cell," +
    ".stage-panel-name, .stage-readout, .stage-chip--gradient .stage-chip-value," +
    ".stage-legend-text, .stage-color-end, [aria-label=Statistics] :is(dt, dd), .layer .words");
  const frames = ".stage-card, .stage-loss, .stage-seed, .stage-chip, .stage-legend," +
    ".stage-color-legend, dl, main";
  const overlays = shown(
    ".stage-legend, .stage-color-legend, .stage-map, .stage-bar, .stage-bar-readout");
  const parts = shown(
    ".workbench > :is(.header, .transport, .dock, main)," +
    ".workbench:not(.narrow) > :is(.recipe, .inspector) > *");
  const controls = shown("header :is(button, input, .segments), .transport :is(button, select)");
  // A row of tabs that is longer than the window is wide can be scrolled.
  const canBeReached = (each) => {
    const row = each.closest("[role=tablist]")?.parentElement;
    return row != null && row.scrollWidth > row.clientWidth
      && !sticksOut(row, document.documentElement);
  };
  const page = document.scrollingElement;
  return [
    ...pairs(cards, "cards"),
    ...pairs(overlays, "overlays"),
    ...pairs(parts, "panels"),
    ...texts.filter((each) => each.scrollWidth > each.clientWidth + 1)
      .map((each) => `cut: ${words(each)}`),
    ...texts.filter((each) => sticksOut(each, each.closest(frames)))
      .map((each) => `outside: ${words(each)}`),
    ...controls.filter((each) => sticksOut(each, document.documentElement) && !canBeReached(each))
      .map((each) => `beyond the window: ${each.getAttribute("aria-label") ?? words(each)}`),
    ...pairs(controls.filter((each) => !each.querySelector("button, input")), "controls"),
    ...(page.scrollWidth > page.clientWidth || page.scrollHeight > page.clientHeight
      ? ["the page scrolls"] : []),
  ];
}
"""


def faults_of(page: Page) -> list[str]:
    """Each overlap and each cut text in words; none on a page as it should be."""
    return page.evaluate(FAULTS)
