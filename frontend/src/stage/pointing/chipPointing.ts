/** Which chip a person points at, with the pointer or with the keyboard's focus. */

export class ChipPointing {
  /** The tensor of that chip; null for none. */
  tensor: number | null = null;
  private readonly controller = new AbortController();

  constructor(
    root: HTMLElement,
    private readonly changed: () => void,
  ) {
    const { signal } = this.controller;
    root.addEventListener("pointerover", ({ target }) => this.point(target), { signal });
    root.addEventListener("pointerleave", () => this.point(document.activeElement), { signal });
    root.addEventListener("focusin", ({ target }) => this.point(target), { signal });
    root.addEventListener("focusout", () => this.point(null), { signal });
  }

  destroy(): void {
    this.controller.abort();
  }

  private point(target: EventTarget | null): void {
    const element = target instanceof Element ? target.closest<HTMLElement>("[data-chip]") : null;
    const name = element?.dataset.chip?.replace("none:", "");
    const tensor = name === undefined ? null : Number(name);
    if (tensor === this.tensor) return;
    this.tensor = tensor;
    this.changed();
  }
}
