/** Where the stage leads the camera: to all of the tape, to what happens, to what is selected. */

import { viewOf, worldUnder } from "./camera";
import type { CameraControl } from "./cameraControl";
import type { Chosen } from "../pointing/chosen";
import { initialView, placeOfEvent } from "./framing";
import type { Rect } from "../layout/geometry";
import type { Neurons } from "../neurons/neurons";
import { placeOfSpot, viewThatReads } from "./reveal";
import type { Arrival, Showing } from "../showing";

export class CameraWork {
  private isFollowing = false;

  constructor(
    private readonly camera: CameraControl,
    private readonly showing: Showing,
    private readonly chosen: Chosen,
    private readonly neurons: Neurons,
  ) {}

  /** The view to begin with, once there is a tape and room for it. */
  frame(smoothly: boolean): void {
    const { viewport } = this.camera;
    const { geometry } = this.showing;
    if (geometry === null || viewport.width === 0) return;
    const view =
      this.neurons.viewIn(viewport) ?? initialView(geometry, viewport, this.placeOfEvent());
    this.camera.isFramed = true;
    if (smoothly) this.camera.glideTo(view);
    else this.camera.set(view);
  }

  /** All of the tape in view. */
  fit(): void {
    const { viewport } = this.camera;
    const { geometry } = this.showing;
    if (geometry === null) return;
    this.camera.isFramed = false;
    this.camera.glideTo(this.neurons.viewIn(viewport) ?? viewOf(geometry.bounds, viewport));
  }

  /** After a new layout; smoothly, where a person has seen another one of the same structure. */
  arrive(arrival: Arrival, smoothly: boolean, now: number): void {
    if (arrival === "selection") return this.flyToSelection();
    const { geometry } = this.showing;
    const kept = geometry === null ? undefined : arrival?.find(geometry);
    if (arrival !== null && kept !== undefined) this.camera.keepInPlace(arrival, kept, now);
    else this.frame(smoothly);
  }

  flyToSelection(): void {
    const { geometry } = this.showing;
    if (geometry === null) return;
    const place = placeOfSpot(geometry, this.chosen.spot);
    const { view, viewport } = this.camera;
    if (place !== null) this.camera.flyTo(viewThatReads(view, place, viewport));
  }

  /** Whether the camera keeps the current event in view. */
  follow(on: boolean): void {
    this.isFollowing = on;
    this.followEvent();
  }

  /** The event at the playhead comes into view, if the camera follows it. */
  followEvent(): void {
    if (!this.isFollowing || this.neurons.isShown) return;
    const place = this.placeOfEvent();
    if (place !== null) this.camera.bringIntoView(place);
  }

  /** What the Tab key reaches comes into view; the browser would scroll, the camera moves. */
  focus(box: Rect): void {
    this.camera.bringIntoView(worldUnder(this.camera.view, box));
  }

  private placeOfEvent(): Rect | null {
    const { shown } = this.showing.arrangement;
    return shown && placeOfEvent(shown.geometry, shown.timing, this.showing.playhead);
  }
}
