/** The keyboard's way through the graph: Tab enters it once, arrow keys go along its edges. */

import type { Selection } from "../../model/selection";
import { Announcer } from "./announcer";
import { onScreen, type View } from "../camera/camera";
import { hitHidden, type Disclosing } from "./clicks";
import { make } from "../dom";
import type { Geometry, Rect } from "../layout/geometry";
import { walkOfKey, type WalkCommand } from "./keys";
import { selectionOfCard, selectionOfGradient } from "./locate";
import type { Picture } from "../pictures/picture";
import { sayStand } from "./placeWords";
import type { Item, Scene } from "../scene/scene";
import { currentItem } from "../flow/timing";
import { itemAt, rectOf, standAt, takeStep, type Place, type Stand, type Step } from "./walk";

export interface WalkerHandlers {
  picture(): Picture | null;
  /** What somebody has come to is selected too. */
  select(selection: Selection | null): void;
  /** Whether this, and nothing else, is selected. */
  isSelected(selection: Selection | null): boolean;
  /** Opens a card, or shows the steps that one stands for. */
  disclose(hit: Disclosing): void;
  /** Closes the innermost frame around an item that was opened by hand; false without one. */
  closeAround(item: number): boolean;
  bringIntoView(rect: Rect): void;
  /** One stands in another place now, or nowhere. */
  moved(): void;
}

const nothingThere: Record<Step, string> = {
  onward: "Nothing uses this.",
  back: "Nothing comes before this.",
  up: "Nothing above.",
  down: "Nothing below.",
};

export class Walker {
  private readonly ring = make("div", "stage-ring");
  private readonly instructions = make("div", "stage-said");
  private readonly announcer: Announcer;
  private stand: Stand | null = null;
  private scene: Scene | null = null;

  constructor(
    private readonly root: HTMLElement,
    private readonly handlers: WalkerHandlers,
  ) {
    this.ring.hidden = true;
    this.instructions.textContent =
      "Arrow keys go along the edges: with the flow to what uses a value, against it to what made it, " +
      "across it from one of several to the next, and from a value to its gradient. " +
      "Home goes to the first card, End to the loss. Enter opens a group, Tab goes to a card's numbers, " +
      "Escape leaves.";
    this.instructions.id = "stage-instructions";
    root.setAttribute("aria-describedby", this.instructions.id);
    root.append(this.ring, this.instructions);
    this.announcer = new Announcer(root);
  }

  /** Where one stands; null for nowhere. */
  get place(): Place | null {
    return this.stand?.place ?? null;
  }

  /** The numbers of the card that somebody stands at, if it shows any. */
  private get numbers(): HTMLElement | null {
    const { stand } = this;
    if (stand === null || stand.place.leaf !== null) return null;
    const { half, key } = stand.place;
    const card = half === "forward" ? "data-card" : "data-gradient-card";
    return this.root.querySelector<HTMLElement>(`[${card}="${key}"] .stage-grid.is-result`);
  }

  destroy(): void {
    this.announcer.destroy();
  }

  /** The keyboard has come to the graph: begins at what is selected, else at what happens now. */
  enter(): void {
    const picture = this.handlers.picture();
    if (picture === null || this.stand !== null) return;
    this.begin(picture);
  }

  /** Stands at what is selected already; where nothing is, what one comes to is selected. */
  private begin(picture: Picture): void {
    const place = whereToBegin(picture);
    if (place === null) return this.leave();
    if (this.handlers.isSelected(null)) this.go(picture.geometry, standAt(place));
    else this.standAt(picture.geometry, standAt(place));
  }

  /** The keyboard goes elsewhere, or a pointer takes over. */
  leave(): void {
    if (this.stand === null) return;
    this.stand = null;
    this.ring.hidden = true;
    this.handlers.moved();
  }

  /** True if the key meant a step. */
  key(event: KeyboardEvent): boolean {
    if (event.key === "Tab" && !event.shiftKey) return this.goToNumbers();
    const picture = this.handlers.picture();
    if (picture === null) return false;
    const command = walkOfKey(event, picture.geometry.orientation);
    if (command === null) return false;
    if (this.stand === null) {
      if (command === "enter") this.enter();
      return command === "enter";
    }
    this.obey(picture, this.stand, command);
    return true;
  }

  /** From the card that somebody has walked to, Tab leads to its numbers. */
  private goToNumbers(): boolean {
    const { numbers } = this;
    numbers?.focus({ preventScroll: true });
    return numbers !== null;
  }

  private obey({ geometry }: Picture, stand: Stand, command: WalkCommand): void {
    const { scene } = geometry;
    const first = scene.items[0]?.key;
    const loss = scene.items[scene.loss]?.key;
    switch (command) {
      case "first":
      case "loss": {
        const key = command === "first" ? first : loss;
        if (key !== undefined) this.go(geometry, standAt({ half: "forward", key, leaf: null }));
        break;
      }
      case "enter":
        this.open(scene, stand);
        break;
      case "leave":
        this.goOut(scene, stand);
        break;
      default: {
        const next = takeStep(geometry, stand, command);
        if (next === null) this.announcer.say(nothingThere[command]);
        else this.go(geometry, next);
      }
    }
  }

  private open(scene: Scene, { place }: Stand): void {
    const item = place.leaf === null ? itemAt(scene, place) : null;
    const hit = item === null ? null : disclosingOf(scene, item);
    if (hit === null) this.announcer.say("Nothing to open here.");
    else this.handlers.disclose(hit);
  }

  /** Out of the group that was opened last around here; else out of the graph. */
  private goOut(scene: Scene, { place }: Stand): void {
    if (this.handlers.closeAround(itemAt(scene, place)?.index ?? -1)) return;
    this.leave();
    this.handlers.select(null);
    this.announcer.say("Left the graph. Arrow keys step the tape; Enter goes back in.");
  }

  private go(geometry: Geometry, stand: Stand): void {
    this.standAt(geometry, stand);
    this.handlers.select(selectionOfPlace(geometry.scene, stand.place));
  }

  private standAt(geometry: Geometry, stand: Stand): void {
    [this.stand, this.scene] = [stand, geometry.scene];
    const rect = rectOf(geometry, stand.place);
    if (rect !== null) this.handlers.bringIntoView(rect);
    this.handlers.moved();
    const picture = this.handlers.picture();
    if (picture !== null) {
      this.announcer.say(sayStand(geometry, picture.tape, picture.playhead, stand));
    }
  }

  /** Another scene is shown: the same card, or what stands in its place. */
  settle(geometry: Geometry): void {
    const { stand, scene } = this;
    if (stand === null || scene === null || scene === geometry.scene) return;
    const item = itemAt(scene, stand.place);
    const isKept = itemAt(geometry.scene, stand.place) !== null;
    if (scene.structure.hash !== geometry.scene.structure.hash || item === null)
      return this.leave();
    if (isKept) {
      this.scene = geometry.scene;
      return;
    }
    const picture = this.handlers.picture();
    // Something inside was searched for: what is selected is where one stands.
    const wasSelected = this.handlers.isSelected(selectionOfPlace(scene, stand.place));
    if (!wasSelected && picture !== null) return this.begin(picture);
    // A gradient arrives at the end of what has opened.
    const op = stand.place.half === "forward" ? item.firstOp : item.endOp - 1;
    const key = geometry.scene.items[geometry.scene.itemOfOp[op] ?? -1]?.key;
    if (key === undefined) this.leave();
    else this.go(geometry, standAt({ half: stand.place.half, key, leaf: null }));
  }

  /** Draws the ring around where somebody stands, whatever the zoom. */
  paint({ geometry }: Picture, view: View): void {
    const rect = this.stand === null ? null : rectOf(geometry, this.stand.place);
    this.ring.hidden = rect === null;
    if (rect === null) return;
    const { x, y, width, height } = onScreen(view, rect);
    const { style } = this.ring;
    style.transform = `translate(${String(x)}px, ${String(y)}px)`;
    style.width = `${String(width)}px`;
    style.height = `${String(height)}px`;
  }
}

function disclosingOf(scene: Scene, { kind, key, opens }: Item): Disclosing | null {
  if (kind === "hidden") return hitHidden(key, scene);
  return opens === null ? null : { kind: "open", call: opens };
}

function selectionOfPlace(scene: Scene, place: Place): Selection | null {
  const item = itemAt(scene, place);
  if (item === null) return null;
  if (place.leaf === null) {
    return place.half === "forward" ? selectionOfCard(item) : selectionOfGradient(scene, item);
  }
  const gradient = scene.structure.tensors[place.leaf]?.gradient ?? place.leaf;
  return { kind: "tensor", id: place.half === "forward" ? place.leaf : gradient };
}

function whereToBegin({ geometry, spot, timing, playhead, tape }: Picture): Place | null {
  const { scene } = geometry;
  const [card] = spot.cards;
  const [gradient] = spot.gradientCards;
  const at = (
    item: number | undefined,
    half: Place["half"],
    leaf: number | null = null,
  ): Place | null => {
    const key = scene.items[item ?? -1]?.key;
    return key === undefined ? null : { half, key, leaf };
  };
  for (const { index, leaves } of spot.chips.size === 0 ? [] : scene.items) {
    for (const leaf of leaves) {
      const itsGradient = scene.structure.tensors[leaf]?.gradient ?? -1;
      if (spot.chips.has(leaf)) return at(index, "forward", leaf);
      if (spot.chips.has(itsGradient)) return at(index, "backward", leaf);
    }
  }
  const now = currentItem(timing, playhead);
  const isBackward = tape.structure.events[playhead - 1]?.kind === "backward_node";
  return (
    at(card, "forward") ??
    at(gradient, "backward") ??
    at(now, isBackward ? "backward" : "forward") ??
    at(0, "forward")
  );
}
