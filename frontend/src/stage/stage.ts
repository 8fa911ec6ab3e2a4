/** The stage: the graph of a tape, forward and backward, at a playhead. */

import { buildGroups, withClosed, withOpened, type Groups } from "../model/groups";
import type { Level } from "../model/levels";
import { holds, sameSelection, type Selection } from "../model/selection";
import type { Tape } from "../model/tape";
import {
  between,
  bringingIntoView,
  Glide,
  panned,
  toWorld,
  viewOf,
  zoomedAt,
  type View,
  type Viewport,
} from "./camera";
import { callToOpen, describeEdgeAt, hitElement, hitPainting } from "./clicks";
import { make } from "./dom";
import { initialView, placeOfEvent } from "./framing";
import type { Geometry, Rect } from "./geometry";
import { Gestures } from "./gestures";
import { makeLegend } from "./legend";
import { locate, nowhere, surroundings, type Spot } from "./locate";
import { Arranger, type OrientationChoice } from "./arranger";
import { shapeEdges, type EdgeShapes } from "./picture";
import { Painter } from "./painter";
import { buildScene } from "./scene";
import { timeScene, type Timing } from "./timing";
import { largestAnimated, Transition } from "./transition";
import "./stage.css";

export type { OrientationChoice } from "./arranger";

export interface StageHandlers {
  /** A person selected something, or nothing. */
  onSelect(selection: Selection | null): void;
  /** A person chose a level by key. */
  onLevel?(level: Level): void;
}

/** Something that keeps its place on the screen while the rest makes room. */
interface Anchor {
  readonly before: Rect;
  find(geometry: Geometry): Rect | undefined;
}

/** What is known of a tape once it is laid out. */
interface Shown {
  readonly geometry: Geometry;
  readonly edges: EdgeShapes;
  readonly timing: Timing;
  /** The tape that the timing was made for. */
  readonly tape: Tape;
}

const edgeReach = 9;
const levelKeys: Record<string, Level> = { "1": "module", "2": "call", "3": "op" };

export class Stage {
  private readonly root = make("div", "stage");
  private readonly message = make("div", "stage-message");
  private readonly legend = makeLegend();
  private readonly painter: Painter;
  private readonly arranger = new Arranger();
  private readonly gestures: Gestures;
  private readonly resizes: ResizeObserver;

  private tape: Tape | null = null;
  private groups: Groups | null = null;
  private shown: Shown | null = null;
  private level: Level = "module";
  private overrides = new Map<number, boolean>();
  private choice: OrientationChoice = "auto";
  private playhead = 0;
  private selection: Selection | null = null;
  private spot: Spot = nowhere;
  private around: Spot = nowhere;
  private following = false;

  private viewport: Viewport = { width: 0, height: 0 };
  private view: View = { x: 0, y: 0, scale: 1 };
  private cameraGlide: { from: View; to: View; glide: Glide } | null = null;
  private transition: { transition: Transition; glide: Glide } | null = null;
  /** Until a person moves the camera, a new size of the host is a reason to frame the tape anew. */
  private isFramed = true;
  private frameRequest = 0;
  private isStale = true;

  constructor(
    private readonly host: HTMLElement,
    private readonly handlers: StageHandlers,
  ) {
    this.root.tabIndex = 0;
    this.root.setAttribute("role", "region");
    this.root.setAttribute("aria-label", "Graph of the tape");
    this.message.setAttribute("role", "alert");
    this.message.hidden = true;
    host.append(this.root);
    this.painter = new Painter(this.root);
    this.root.append(this.legend, this.message);
    this.gestures = new Gestures(this.root, {
      pan: (dx, dy) => this.moveCamera(panned(this.view, dx, dy)),
      zoom: (factor, x, y) => this.moveCamera(zoomedAt(this.view, factor, x, y)),
      click: (target, x, y) => this.click(target, x, y),
      doubleClick: (target, x, y) => this.doubleClick(target, x, y),
      hover: (target, x, y) => this.hover(target, x, y),
      key: (event) => this.key(event),
    });
    this.root.addEventListener("focusin", (event) => this.focus(event));
    this.resizes = new ResizeObserver(() => this.resize());
    this.resizes.observe(this.root);
    this.resize();
  }

  /** Shows a tape; another frame of the same structure keeps every card in its place. */
  show(tape: Tape | null): void {
    const same = tape !== null && this.tape?.structure.hash === tape.structure.hash;
    this.tape = tape;
    if (tape === null) {
      [this.groups, this.shown, this.transition] = [null, null, null];
      this.arranger.cancel();
      delete this.root.dataset.painted;
    } else if (!same) {
      this.groups = buildGroups(tape.structure);
      this.overrides.clear();
      this.arrange(null);
    }
    this.retime();
    this.select(this.selection);
    this.repaint();
  }

  setPlayhead(playhead: number): void {
    if (playhead === this.playhead) return;
    const isNextStep = playhead === this.playhead + 1;
    this.playhead = playhead;
    this.painter.pulse(isNextStep ? this.picture(performance.now()) : null);
    if (this.following) this.bringEventIntoView();
    this.repaint();
  }

  setLevel(level: Level): void {
    if (level === this.level) return;
    this.level = level;
    this.overrides.clear();
    this.arrange(null);
  }

  setOrientation(choice: OrientationChoice): void {
    if (choice === this.choice) return;
    this.choice = choice;
    this.arrange(null);
  }

  select(selection: Selection | null): void {
    const kept = selection !== null && this.tape !== null && holds(this.tape.structure, selection);
    this.selection = kept ? selection : null;
    const scene = this.shown?.geometry.scene;
    this.spot = scene === undefined ? nowhere : locate(scene, this.selection);
    this.around = scene === undefined ? nowhere : surroundings(scene, this.spot);
    this.repaint();
  }

  /** All of the tape in view. */
  fit(): void {
    if (this.shown === null) return;
    this.isFramed = false;
    this.glideTo(viewOf(this.shown.geometry.bounds, this.viewport));
  }

  zoomBy(factor: number): void {
    const { width, height } = this.viewport;
    this.isFramed = false;
    this.glideTo(zoomedAt(this.cameraGlide?.to ?? this.view, factor, width / 2, height / 2));
  }

  /** Whether the camera keeps the current event in view. */
  follow(on: boolean): void {
    this.following = on;
    if (on) this.bringEventIntoView();
  }

  refreshTheme(): void {
    this.painter.refreshTheme();
    this.repaint();
  }

  /** Opens a call's card in place. */
  open(call: number): void {
    if (this.groups === null || this.shown === null) return;
    const { geometry } = this.shown;
    const item = geometry.scene.items.find((candidate) => candidate.opens === call);
    const before = geometry.cards[item?.index ?? -1];
    this.overrides = withOpened(this.groups, this.overrides, call);
    const find = ({ scene, frames }: Geometry): Rect | undefined =>
      frames[scene.frames.findIndex((frame) => frame.calls.includes(call))];
    this.arrange(before === undefined ? null : { before, find });
  }

  /** Closes the frame of this index. */
  close(frameIndex: number): void {
    const frame = this.shown?.geometry.scene.frames[frameIndex];
    const before = this.shown?.geometry.frames[frameIndex];
    if (frame === undefined || before === undefined) return;
    this.overrides = withClosed(this.overrides, frame.calls);
    const find = ({ scene, cards }: Geometry): Rect | undefined =>
      cards[scene.itemOfOp[frame.firstOp] ?? -1];
    this.arrange({ before, find });
  }

  destroy(): void {
    cancelAnimationFrame(this.frameRequest);
    this.resizes.disconnect();
    this.gestures.destroy();
    this.arranger.destroy();
    this.root.remove();
  }

  /** Builds the scene anew and has it laid out; the last request wins. */
  private arrange(anchor: Anchor | null): void {
    if (this.tape === null || this.groups === null) return;
    const scene = buildScene(this.tape.structure, this.level, this.overrides, this.groups);
    this.arranger.arrange(scene, this.choice, this.viewport, {
      done: (geometry) => this.take(geometry, anchor),
      failed: (error) => this.tell(`The graph could not be laid out. ${error.message}`),
    });
  }

  private tell(message: string): void {
    this.message.textContent = message;
    this.message.hidden = message === "";
  }

  private take(geometry: Geometry, anchor: Anchor | null): void {
    if (this.tape === null) return;
    const before = this.shown?.geometry ?? null;
    const known = before?.scene.structure === geometry.scene.structure ? before : null;
    this.tell("");
    this.shown = {
      geometry,
      edges: shapeEdges(geometry),
      timing: timeScene(geometry.scene, this.tape),
      tape: this.tape,
    };
    this.select(this.selection);
    const now = performance.now();
    this.beginTransition(known, geometry, now);
    const kept = anchor?.find(geometry);
    if (anchor !== null && kept !== undefined) this.keepInPlace(anchor.before, kept, now);
    else this.frame(known !== null);
    this.repaint();
  }

  private beginTransition(before: Geometry | null, after: Geometry, now: number): void {
    const animated =
      before !== null && !this.painter.isStill && after.scene.items.length <= largestAnimated;
    this.transition = animated
      ? { transition: new Transition(before, after), glide: new Glide(now) }
      : null;
  }

  /** The camera moves as the cards do, so that what was opened or closed stays under the pointer. */
  private keepInPlace(before: Rect, after: Rect, now: number): void {
    const { scale } = this.view;
    const to = panned(this.view, (before.x - after.x) * scale, (before.y - after.y) * scale);
    this.isFramed = false;
    if (this.transition === null) {
      this.view = to;
      this.cameraGlide = null;
    } else this.cameraGlide = { from: this.view, to, glide: new Glide(now) };
  }

  /** The view to begin with, once there is a tape and room for it. */
  private frame(smoothly: boolean): void {
    if (this.shown === null || this.viewport.width === 0) return;
    const { geometry, timing } = this.shown;
    const view = initialView(
      geometry,
      this.viewport,
      placeOfEvent(geometry, timing, this.playhead),
    );
    this.isFramed = true;
    if (smoothly) this.glideTo(view);
    else [this.view, this.cameraGlide] = [view, null];
  }

  /** A new frame of numbers on the same cards. */
  private retime(): void {
    if (this.tape === null || this.shown === null || this.shown.tape === this.tape) return;
    const { geometry } = this.shown;
    if (geometry.scene.structure.hash !== this.tape.structure.hash) return;
    this.shown = { ...this.shown, tape: this.tape, timing: timeScene(geometry.scene, this.tape) };
  }

  private moveCamera(view: View): void {
    this.cameraGlide = null;
    this.isFramed = false;
    this.view = view;
    this.repaint();
  }

  private glideTo(to: View): void {
    if (this.painter.isStill) [this.view, this.cameraGlide] = [to, null];
    else this.cameraGlide = { from: this.view, to, glide: new Glide(performance.now()) };
    this.repaint();
  }

  private bringEventIntoView(): void {
    if (this.shown === null) return;
    const place = placeOfEvent(this.shown.geometry, this.shown.timing, this.playhead);
    if (place === null) return;
    const from = this.cameraGlide?.to ?? this.view;
    const to = bringingIntoView(from, place, this.viewport);
    if (to !== from) this.glideTo(to);
  }

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.root;
    if (width === this.viewport.width && height === this.viewport.height) return;
    const wasHidden = this.viewport.width === 0;
    this.viewport = { width, height };
    this.painter.resize(this.viewport);
    if (this.isFramed && this.choice === "auto" && !wasHidden) this.arrange(null);
    else if (this.isFramed) this.frame(false);
    this.repaint();
  }

  private emit(selection: Selection | null): void {
    if (sameSelection(selection, this.selection)) return;
    this.select(selection);
    this.handlers.onSelect(selection);
  }

  private click(target: Element, x: number, y: number): void {
    if (this.shown === null || this.legend.contains(target)) return;
    const hit = hitElement(target, this.shown.geometry);
    switch (hit.kind) {
      case "open":
        this.open(hit.call);
        break;
      case "close":
        this.close(hit.frame);
        break;
      case "select":
        this.emit(hit.selection);
        break;
      case "ground":
        this.emit(this.hitGround(x, y));
    }
  }

  private hitGround(x: number, y: number): Selection | null {
    const picture = this.picture(performance.now());
    if (picture === null) return null;
    const point = toWorld(this.view, x, y);
    const reach = edgeReach / this.view.scale;
    return hitPainting(picture, point.x, point.y, reach, this.painter.showsBlocks);
  }

  private doubleClick(target: Element, x: number, y: number): void {
    if (this.shown === null) return;
    if (target.closest("[data-open], [data-frame]") !== null) return;
    const call = callToOpen(target, this.shown.geometry);
    if (call !== null) this.open(call);
    else if (hitElement(target, this.shown.geometry).kind === "ground") {
      this.isFramed = false;
      this.glideTo(zoomedAt(this.view, 1.6, x, y));
    }
  }

  private hover(target: Element, x: number, y: number): void {
    const picture = this.painter.isGround(target) ? this.picture(performance.now()) : null;
    const point = toWorld(this.view, x, y);
    const words =
      picture === null
        ? null
        : describeEdgeAt(picture, point.x, point.y, edgeReach / this.view.scale);
    this.root.classList.toggle("is-over-edge", words !== null);
    this.root.title = words ?? "";
  }

  private key(event: KeyboardEvent): boolean {
    const level = levelKeys[event.key];
    if (level !== undefined) {
      this.setLevel(level);
      this.handlers.onLevel?.(level);
      return true;
    }
    switch (event.key) {
      case "+":
      case "=":
        this.zoomBy(1.25);
        return true;
      case "-":
        this.zoomBy(0.8);
        return true;
      case "0":
        this.fit();
        return true;
      case "Escape":
        this.emit(null);
        return true;
      case "Enter":
        return event.target instanceof Element && this.enter(event.target);
      default:
        return false;
    }
  }

  /** Enter selects; on what is selected already, it opens. */
  private enter(target: Element): boolean {
    if (this.shown === null) return false;
    const hit = hitElement(target, this.shown.geometry);
    if (hit.kind === "close") this.close(hit.frame);
    else if (hit.kind === "select" && sameSelection(hit.selection, this.selection)) {
      const call = callToOpen(target, this.shown.geometry);
      if (call !== null) this.open(call);
    } else if (hit.kind === "select") this.emit(hit.selection);
    return hit.kind !== "ground";
  }

  private focus(event: FocusEvent): void {
    const { target } = event;
    if (!(target instanceof HTMLElement) || target === this.root) return;
    if (!target.matches(":focus-visible")) return;
    const [box, home] = [target.getBoundingClientRect(), this.root.getBoundingClientRect()];
    const { x, y } = toWorld(this.view, box.x - home.x, box.y - home.y);
    const { scale } = this.view;
    const rect = { x, y, width: box.width / scale, height: box.height / scale };
    const to = bringingIntoView(this.view, rect, this.viewport);
    if (to !== this.view) this.glideTo(to);
  }

  private picture(now: number): Parameters<Painter["paint"]>[0] {
    if (this.shown === null) return null;
    const moving = this.transition;
    const share = moving?.glide.at(now) ?? 1;
    const geometry =
      moving === null || share === 1 ? this.shown.geometry : moving.transition.at(share);
    return {
      ...this.shown,
      geometry,
      playhead: this.playhead,
      spot: this.spot,
      around: this.around,
      colors: this.painter.colors,
    };
  }

  private repaint(): void {
    this.isStale = true;
    this.request();
  }

  private request(): void {
    if (this.frameRequest === 0) this.frameRequest = requestAnimationFrame((now) => this.tick(now));
  }

  private tick(now: number): void {
    this.frameRequest = 0;
    if (this.viewport.width === 0) return;
    this.advanceCamera(now);
    const share = this.transition?.glide.at(now) ?? 1;
    if (this.isStale || this.transition !== null) {
      this.isStale = this.painter.paint(this.picture(now), this.view, share);
      this.tellPainted();
    }
    this.painter.paintPulses(this.view, now);
    if (share === 1) this.transition = null;
    if (this.isStale || this.transition !== null || this.painter.isPulsing) this.request();
  }

  private advanceCamera(now: number): void {
    if (this.cameraGlide === null) return;
    const { from, to, glide } = this.cameraGlide;
    const share = glide.at(now);
    this.view = between(from, to, share);
    this.isStale = true;
    if (share === 1) this.cameraGlide = null;
  }

  /** For whoever waits until the picture stands: tests above all. */
  private tellPainted(): void {
    this.root.dataset.playhead = String(this.playhead);
    if (this.shown !== null) {
      this.root.dataset.painted = this.shown.tape.structure.hash;
      this.root.dataset.orientation = this.shown.geometry.orientation;
      this.root.dataset.level = this.level;
    }
    this.legend.hidden = this.shown === null || this.shown.geometry.scene.backward.length === 0;
    this.host.dataset.stage = "ready";
  }
}
