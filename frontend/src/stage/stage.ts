/** The stage: the graph of a tape, forward and backward, at a playhead. */

import { buildGroups, withClosed, withOpened, type Groups } from "../model/groups";
import type { MissingLayer } from "../model/layerFacts";
import type { Level } from "../model/levels";
import type { Selection } from "../model/selection";
import type { Tape } from "../model/tape";
import { Arranger, type OrientationChoice } from "./arranger";
import { Glide, viewOf } from "./camera";
import { CameraControl } from "./cameraControl";
import { changedTensors, Flash } from "./changes";
import { make } from "./dom";
import { initialView, placeOfEvent } from "./framing";
import type { Geometry, Rect } from "./geometry";
import { Gestures } from "./gestures";
import { commandOfKey } from "./keys";
import { makeLegend } from "./legend";
import { Marked } from "./marked";
import { Minimap } from "./minimap";
import { Painter } from "./painter";
import { shapeEdges, type EdgeShapes, type Picture } from "./picture";
import { Pointing } from "./pointing";
import { frameOpenedByHand, openedAround, placeOfSpot, viewThatReads } from "./reveal";
import { buildScene } from "./scene";
import { StagePicture } from "./stagePicture";
import { timeScene, type Timing } from "./timing";
import { largestAnimated, Transition } from "./transition";
import { Walker } from "./walker";
import "./stage.css";

export type { OrientationChoice } from "./arranger";

export interface StageHandlers {
  /** A person selected something, or nothing. */
  onSelect(selection: Selection | null): void;
  /** A person selected several things, or one of them less. */
  onSelectSeveral?(selections: readonly Selection[]): void;
  /** A person chose a level by key. */
  onLevel?(level: Level): void;
}

/** After a new layout: what keeps its place, the selection as a goal to fly to, or all anew. */
type Arrival = Anchor | "selection" | null;

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

export class Stage {
  private readonly root = make("div", "stage-root");
  private readonly message = make("div", "stage-message");
  private readonly legend = makeLegend();
  private readonly painter: Painter;
  private readonly camera: CameraControl;
  private readonly arranger = new Arranger();
  private readonly gestures: Gestures;
  private readonly walker: Walker;
  private readonly pointing: Pointing;
  private readonly minimap: Minimap;
  private readonly resizes: ResizeObserver;

  private tape: Tape | null = null;
  private missing: MissingLayer | null = null;
  private groups: Groups | null = null;
  private shown: Shown | null = null;
  private level: Level = "module";
  private overrides = new Map<number, boolean>();
  private choice: OrientationChoice = "auto";
  private playhead = 0;
  private readonly marked = new Marked();
  private following = false;
  private transition: { transition: Transition; glide: Glide } | null = null;
  private readonly flash = new Flash(() => this.repaint());
  private frameRequest = 0;
  private isStale = true;

  constructor(
    host: HTMLElement,
    private readonly handlers: StageHandlers,
  ) {
    this.root.tabIndex = 0;
    // An application: screen readers leave the arrow keys to the graph.
    this.root.setAttribute("role", "application");
    this.root.setAttribute("aria-label", "Graph of the tape");
    this.message.setAttribute("role", "alert");
    this.message.hidden = true;
    host.append(this.root);
    this.painter = new Painter(this.root);
    this.root.append(this.legend, this.message);
    this.camera = new CameraControl(
      () => this.repaint(),
      () => this.painter.isStill,
    );
    this.gestures = new Gestures(this.root, {
      pan: (dx, dy) => this.camera.pan(dx, dy),
      zoom: (factor, x, y) => this.camera.zoom(factor, x, y),
      click: (target, x, y, several) => this.pointing.click(target, x, y, several),
      doubleClick: (target, x, y) => this.pointing.doubleClick(target, x, y),
      hover: (target, x, y) => this.pointing.hover(target, x, y),
      sweep: (box) => this.pointing.sweep(box),
      swept: (box) => this.pointing.swept(box),
      enter: () => this.walker.enter(),
      leave: () => this.walker.leave(),
      key: (event) => this.key(event),
    });
    this.pointing = new Pointing(this.root, this.camera, this.painter, {
      picture: () => this.picture(performance.now()),
      open: (call) => this.open(call),
      close: (frame) => this.close(frame),
      select: (selection) => this.emit(selection),
      toggle: (selection) => this.emitSeveral(this.marked.toggled(selection)),
      extend: (selections) => this.emitSeveral(this.marked.extended(selections)),
    });
    this.walker = new Walker(this.root, {
      picture: () => this.picture(performance.now()),
      select: (selection) => this.emit(selection),
      isSelected: (selection) => this.marked.isOnly(selection),
      open: (call) => this.open(call),
      closeAround: (item) => this.closeAround(item),
      bringIntoView: (rect) => this.camera.bringIntoView(rect),
    });
    this.minimap = new Minimap(this.root, (x, y) => this.camera.centreOn(x, y));
    this.resizes = new ResizeObserver(() => this.resize());
    this.resizes.observe(this.root);
    this.resize();
  }

  /**
   * Shows a tape; another frame of the same structure keeps every card in its place.
   *
   * `missing` is the layer that the tape ends before, where it ends too early.
   */
  show(tape: Tape | null, missing: MissingLayer | null = null): void {
    const isKnown = tape !== null && this.tape?.structure.hash === tape.structure.hash;
    const same = isKnown && this.missing === missing;
    this.tape = tape;
    this.missing = missing;
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
    this.selectSeveral(this.marked.chosen);
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
    this.selectSeveral(selection === null ? [] : [selection]);
  }

  selectSeveral(selections: readonly Selection[]): void {
    this.marked.choose(selections, this.tape, this.shown?.geometry.scene);
    this.repaint();
  }

  /** All of the tape in view. */
  fit(): void {
    if (this.shown === null) return;
    this.camera.isFramed = false;
    this.camera.glideTo(viewOf(this.shown.geometry.bounds, this.camera.viewport));
  }

  zoomBy(factor: number): void {
    const { width, height } = this.camera.viewport;
    this.camera.glideZoom(factor, width / 2, height / 2);
  }

  /** Selects something and flies there; groups that hide it open. */
  reveal(selection: Selection): void {
    this.select(selection);
    if (this.groups === null || this.shown === null) return;
    const { scene } = this.shown.geometry;
    const opened = openedAround(scene, this.groups, this.level, this.overrides, selection);
    if (opened === this.overrides) return this.flyToSelection();
    this.overrides = new Map(opened);
    this.arrange("selection");
  }

  /** The keyboard comes to the graph. */
  takeFocus(): void {
    this.root.focus({ preventScroll: true });
  }

  /** Moves the view smoothly; presses of a key add up. */
  panBy(dx: number, dy: number): void {
    this.camera.glidePan(dx, dy);
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

  /** The stage as it stands, to take away; null while there is nothing on it. */
  takePicture(): StagePicture | null {
    const picture = this.picture(performance.now());
    return picture && new StagePicture(picture, this.camera.view, this.camera.viewport);
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

  /** Closes the innermost frame around an item that was opened by hand; false without one. */
  private closeAround(item: number): boolean {
    if (this.shown === null) return false;
    const frame = frameOpenedByHand(this.shown.geometry.scene, this.overrides, item);
    if (frame >= 0) this.close(frame);
    return frame >= 0;
  }

  destroy(): void {
    cancelAnimationFrame(this.frameRequest);
    this.flash.stop();
    this.resizes.disconnect();
    this.gestures.destroy();
    this.walker.destroy();
    this.arranger.destroy();
    this.root.remove();
  }

  /** Builds the scene anew and has it laid out; the last request wins. */
  private arrange(arrival: Arrival): void {
    if (this.tape === null || this.groups === null) return;
    const { tape, level, overrides, groups, missing } = this;
    const scene = buildScene(tape.structure, level, overrides, groups, missing);
    this.arranger.arrange(scene, this.choice, this.camera.viewport, {
      done: (geometry) => this.take(geometry, arrival),
      failed: (error) => this.tell(`The graph could not be laid out. ${error.message}`),
    });
  }

  private tell(message: string): void {
    this.message.textContent = message;
    this.message.hidden = message === "";
  }

  private take(geometry: Geometry, arrival: Arrival): void {
    if (this.tape === null) return;
    const { tape, shown } = this;
    const same = shown?.tape.structure.hash === tape.structure.hash;
    const before = same ? (shown?.geometry ?? null) : null;
    const timing = timeScene(geometry.scene, tape);
    this.tell("");
    this.shown = { geometry, edges: shapeEdges(geometry), timing, tape };
    this.selectSeveral(this.marked.chosen);
    this.walker.settle(geometry);
    const now = performance.now();
    this.beginTransition(before, geometry, now);
    if (arrival === "selection") return this.flyToSelection();
    const kept = arrival?.find(geometry);
    if (arrival !== null && kept !== undefined) this.camera.keepInPlace(arrival.before, kept, now);
    else this.frame(before !== null);
  }

  private beginTransition(before: Geometry | null, after: Geometry, now: number): void {
    const animated =
      before !== null && !this.painter.isStill && after.scene.items.length <= largestAnimated;
    this.transition = animated
      ? { transition: new Transition(before, after), glide: new Glide(now) }
      : null;
  }

  /** The view to begin with, once there is a tape and room for it. */
  private frame(smoothly: boolean): void {
    const { viewport } = this.camera;
    if (this.shown === null || viewport.width === 0) return;
    const { geometry, timing } = this.shown;
    const view = initialView(geometry, viewport, placeOfEvent(geometry, timing, this.playhead));
    this.camera.isFramed = true;
    if (smoothly) this.camera.glideTo(view);
    else this.camera.set(view);
  }

  /** A new frame of numbers on the same cards. */
  private retime(): void {
    if (this.tape === null || this.shown === null || this.shown.tape === this.tape) return;
    const { geometry } = this.shown;
    if (geometry.scene.structure.hash !== this.tape.structure.hash) return;
    this.flash.show(changedTensors(this.shown.tape, this.tape));
    this.shown = { ...this.shown, tape: this.tape, timing: timeScene(geometry.scene, this.tape) };
  }

  private flyToSelection(): void {
    if (this.shown === null) return;
    const place = placeOfSpot(this.shown.geometry, this.marked.spot);
    const { view, viewport } = this.camera;
    if (place !== null) this.camera.flyTo(viewThatReads(view, place, viewport));
  }

  private bringEventIntoView(): void {
    if (this.shown === null) return;
    const place = placeOfEvent(this.shown.geometry, this.shown.timing, this.playhead);
    if (place !== null) this.camera.bringIntoView(place);
  }

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.root;
    const { camera } = this;
    if (width === camera.viewport.width && height === camera.viewport.height) return;
    camera.viewport = { width, height };
    this.painter.resize(camera.viewport);
    if (camera.isFramed && this.choice === "auto") this.arrange(null);
    if (camera.isFramed) this.frame(false);
    this.repaint();
  }

  private emit(selection: Selection | null): void {
    if (this.marked.isOnly(selection)) return;
    this.select(selection);
    this.handlers.onSelect(selection);
  }

  private emitSeveral(selections: readonly Selection[]): void {
    const [only = null] = selections;
    if (selections.length < 2 || this.handlers.onSelectSeveral === undefined) {
      return this.emit(only);
    }
    this.selectSeveral(selections);
    this.handlers.onSelectSeveral(selections);
  }

  private key(event: KeyboardEvent): boolean {
    if (this.walker.key(event)) return true;
    const command = commandOfKey(event);
    switch (command?.kind) {
      case undefined:
        return false;
      case "level":
        this.setLevel(command.level);
        this.handlers.onLevel?.(command.level);
        return true;
      case "zoom":
        this.zoomBy(command.factor);
        return true;
      case "fit":
        this.fit();
        return true;
      case "clear":
        this.emit(null);
        return true;
    }
  }

  private picture(now: number): Picture | null {
    if (this.shown === null) return null;
    const moving = this.transition;
    const share = moving?.glide.at(now) ?? 1;
    const geometry =
      moving === null || share === 1 ? this.shown.geometry : moving.transition.at(share);
    const { playhead } = this;
    const { changed } = this.flash;
    const { spot, around } = this.marked;
    const { colors } = this.painter;
    return { ...this.shown, geometry, playhead, spot, around, changed, colors };
  }

  private repaint(): void {
    this.isStale = true;
    this.request();
  }

  private request(): void {
    if (this.frameRequest === 0) {
      this.frameRequest = requestAnimationFrame((now) => this.tick(now));
    }
  }

  private tick(now: number): void {
    this.frameRequest = 0;
    if (this.camera.viewport.width === 0) return;
    const moved = this.camera.advance(now);
    const share = this.transition?.glide.at(now) ?? 1;
    if (moved || this.isStale || this.transition !== null) {
      const picture = this.picture(now);
      this.isStale = this.painter.paint(picture, this.camera.view, share);
      if (picture !== null) this.walker.paint(picture, this.camera.view);
      this.showMap();
      this.tellPainted();
    }
    this.painter.paintPulses(this.camera.view, now);
    if (share === 1) this.transition = null;
    const goesOn = this.transition !== null || this.camera.isGliding || this.painter.isPulsing;
    if (this.isStale || goesOn) this.request();
  }

  private showMap(): void {
    const { view, viewport } = this.camera;
    this.minimap.show(this.shown?.geometry ?? null, this.painter.colors, view, viewport);
  }

  /** For whoever waits until the picture stands: tests above all. */
  private tellPainted(): void {
    const { dataset } = this.root;
    dataset.playhead = String(this.playhead);
    this.legend.hidden = this.shown === null || this.shown.geometry.scene.backward.length === 0;
    if (this.shown === null) return;
    dataset.painted = this.shown.tape.structure.hash;
    dataset.orientation = this.shown.geometry.orientation;
    dataset.level = this.level;
    dataset.cards = String(this.shown.geometry.cards.length);
  }
}
