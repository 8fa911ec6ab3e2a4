/** A place in the document for a stage: jsdom lays nothing out and paints nothing. */

import { vi } from "vitest";

export class StageHost {
  readonly element = document.createElement("div");

  constructor() {
    vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(1200);
    vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(700);
    vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(null);
    document.body.append(this.element);
  }

  find(selector: string): HTMLElement {
    const element = this.element.querySelector<HTMLElement>(selector);
    if (element === null) throw new Error(`nothing matches ${selector}`);
    return element;
  }

  /** A key with the focus on the graph. */
  press(key: string): void {
    const event = new KeyboardEvent("keydown", { key, bubbles: true });
    this.find(".stage-root").dispatchEvent(event);
  }
}
