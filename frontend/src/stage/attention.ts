/** What a person looks at: the selection with what lies next to it, and a shared weight's uses. */

import type { Selection } from "../model/selection";
import { locate, nowhere, surroundings, usersOf, type Spot } from "./locate";
import type { Scene } from "./scene";

export class Attention {
  spot: Spot = nowhere;
  around: Spot = nowhere;
  users: Spot = nowhere;

  /** `pointed` is the tensor of the chip under the pointer or the focus. */
  turnTo(scene: Scene | null, selection: Selection | null, pointed: number | null): void {
    if (scene === null) {
      [this.spot, this.around, this.users] = [nowhere, nowhere, nowhere];
      return;
    }
    this.spot = locate(scene, selection);
    this.around = surroundings(scene, this.spot);
    this.users = usersOf(scene, pointed ?? (selection?.kind === "tensor" ? selection.id : null));
  }
}
