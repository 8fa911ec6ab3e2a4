/** What lies over the graph: the legends, the map, and a message where something went wrong. */

import type { Shown } from "./layout/arrangement";
import type { CameraControl } from "./camera/cameraControl";
import type { Colors } from "./canvas/colors";
import { make } from "./dom";
import { Legend } from "./flow/legend";
import { Minimap } from "./camera/minimap";

export class Overlay {
  private readonly legend = new Legend();
  private readonly message = make("div", "stage-message");
  private readonly map: Minimap;

  /** `goTo` gets the point of the world that is to be in the middle. */
  constructor(root: HTMLElement, goTo: (x: number, y: number) => void) {
    this.message.setAttribute("role", "alert");
    this.message.hidden = true;
    root.append(this.legend.root, this.message);
    this.map = new Minimap(root, goTo);
  }

  /** Says what went wrong; nothing, if it is well again. */
  tell(message: string): void {
    this.message.textContent = message;
    this.message.hidden = message === "";
  }

  show(shown: Shown | null, colors: Colors, { view, viewport }: CameraControl): void {
    this.legend.show(shown);
    this.map.show(shown?.geometry ?? null, colors, view, viewport);
  }
}
