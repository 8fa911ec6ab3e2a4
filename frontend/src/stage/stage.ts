/** The stage: the graph of a tape, forward and backward, at a playhead. */

import type { ColorBy } from "../model/colorBy";
import type { MissingLayer } from "../model/layerFacts";
import type { Level } from "../model/levels";
import { subjectOf, type Selection } from "../model/selection";
import type { Tape } from "../model/tape";
import { anchorOfFrame, anchorOfOpening, type Anchor } from "./anchor";
import { Arranger, type OrientationChoice } from "./arranger";
import { Glide, viewOf } from "./camera";
import { CameraControl } from "./cameraControl";
import { ChangeMarks, changedTensors } from "./changes";
import { CardColors } from "./cardColors";
import { Chosen } from "./chosen";
import { ChipPointing } from "./chipPointing";
import { hitElement, type Disclosing } from "./clicks";
import { Disclosure } from "./disclosure";
import { make } from "./dom";
import { initialView, placeOfEvent } from "./framing";
import { showSteps, type Geometry, type Rect } from "./geometry";
import { Gestures } from "./gestures";
import { HoverCard } from "./hoverCard";
import { commandOfKey } from "./keys";
import { Legend } from "./legend";
import { LevelZoom } from "./levelZoom";
import { Minimap } from "./minimap";
import { Neurons } from "./neurons";
import { NumberPointer } from "./numberPointer";
import { Painter } from "./painter";
import { Pointing } from "./pointing";
import { shapeEdges, type EdgeShapes, type Picture } from "./picture";
import { placeOfSpot, viewThatReads } from "./reveal";
import { StagePicture } from "./stagePicture";
import { timeScene, type Timing } from "./timing";
import { largestAnimated, Transition } from "./transition";
import { Walker } from "./walker";
import "./neurons.css";
import "./numbers.css";
import "./stage.css";
import "./folds.css";

export type { OrientationChoice } from "./arranger";

export interface StageHandlers {
  /** A person selected something, or nothing. */
  onSelect(selection: Selection | null): void;
  /** A person selected several things, or one of them less. */
  onSelectSeveral?(selections: readonly Selection[]): void;
  /** A person chose a level by key. */
  onLevel?(level: Level): void;
}

/** What is known of a tape once it is laid out. */
interface Shown {
  readonly geometry: Geometry;
  readonly edges: EdgeShapes;
  readonly timing: Timing;
  /** The tape that the timing was made for. */
  readonly tape: Tape;
}

/** After a new layout: what keeps its place, the selection as a goal to fly to, or all anew. */
type Arrival = Anchor | "selection" | null;

export class Stage {
  private readonly root = make("div", "stage-root");
  private readonly message = make("div", "stage-message");
  private readonly legend = new Legend();
  private readonly cardColors = new CardColors();
  private readonly hoverCard = new HoverCard();
  private readonly painter: Painter;
  private readonly camera: CameraControl;
  private readonly arranger = new Arranger();
  private readonly gestures: Gestures;
  private readonly walker: Walker;
  private readonly pointing: Pointing;
  private readonly chips: ChipPointing;
  private readonly minimap: Minimap;
  private readonly resizes: ResizeObserver;

  private tape: Tape | null = null;
  private missing: MissingLayer | null = null;
  private readonly disclosure = new Disclosure();
  private shown: Shown | null = null;
  private readonly neurons: Neurons;
  private readonly levelZoom: LevelZoom;
  private choice: OrientationChoice = "auto";
  private playhead = 0;
  private readonly chosen = new Chosen();
  private following = false;
  private transition: { transition: Transition; glide: Glide } | null = null;
  private readonly changes = new ChangeMarks(() => this.repaint());
  private readonly pointer = new NumberPointer(() => this.repaint());
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
    this.root.append(
      this.legend.root,
      this.cardColors.legend.root,
      this.message,
      this.hoverCard.root,
    );
    this.neurons = new Neurons(host, this.root, {
      switched: () => this.frame(false),
      changed: () => this.repaint(),
    });
    this.camera = new CameraControl(
      () => this.repaint(),
      () => this.painter.isStill,
    );
    this.levelZoom = new LevelZoom(this.disclosure, this.camera);
    this.gestures = new Gestures(this.root, {
      pan: (dx, dy) => this.camera.pan(dx, dy),
      zoom: (factor, x, y) => this.zoom(factor, x, y, "zoom"),
      click: (target, x, y, several) => this.pointing.click(target, x, y, several),
      doubleClick: (target, x, y) => this.pointing.doubleClick(target, x, y),
      hover: (target, x, y) => this.point(target, { x, y, width: 0, height: 0 }),
      unhover: () => this.point(null),
      sweep: (box) => this.pointing.sweep(box),
      swept: (box) => this.pointing.swept(box),
      enter: () => this.walker.enter(),
      leave: () => this.walker.leave(),
      focus: (box) => this.focus(box),
      slide: (repeat, step) => this.showStep(repeat, step),
      key: (event) => this.key(event),
    });
    this.pointing = new Pointing(this.root, this.camera, this.painter, {
      picture: () => this.picture(performance.now()),
      disclose: (hit) => this.disclose(hit),
      select: (selection) => this.emit(selection),
      toggle: (selection) => this.emitSeveral(this.chosen.toggled(selection)),
      extend: (selections) => this.emitSeveral(this.chosen.extended(selections)),
    });
    this.chips = new ChipPointing(this.root, () => this.locate());
    this.walker = new Walker(this.root, {
      picture: () => this.picture(performance.now()),
      select: (selection) => this.emit(selection),
      isSelected: (selection) => this.chosen.isOnly(selection),
      disclose: (hit) => this.disclose(hit),
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
      [this.shown, this.transition] = [null, null];
      this.disclosure.clear();
      this.neurons.setStructure(null);
      this.recolor();
      this.arranger.cancel();
      delete this.root.dataset.painted;
    } else if (!same) {
      this.disclosure.show(tape.structure, missing);
      this.neurons.setStructure(tape.structure);
      this.pointer.clear();
      this.arrange(null);
    }
    this.retime();
    this.selectSeveral(this.chosen.all);
  }

  setPlayhead(playhead: number): void {
    if (playhead === this.playhead) return;
    const isNextStep = playhead === this.playhead + 1;
    this.playhead = playhead;
    this.slideTo(this.subject());
    this.painter.pulse(isNextStep ? this.picture(performance.now()) : null);
    if (this.following) this.bringEventIntoView();
    this.repaint();
  }

  setLevel(level: Level): void {
    if (level === this.disclosure.level) return;
    this.disclosure.setLevel(level);
    this.neurons.setLevel(level);
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
    const isNew = this.chosen.select(selections, this.tape?.structure ?? null);
    if (isNew) this.slideTo(this.chosen.only);
    this.locate();
  }

  private locate(): void {
    this.chosen.locate(this.shown?.geometry.scene ?? null, this.chips.tensor);
    this.repaint();
  }

  /** Whether selecting lights all that the selection influences, and the way of its gradient. */
  setTracing(on: boolean): void {
    this.chosen.setTracing(on, this.shown?.geometry.scene ?? null);
    this.repaint();
  }

  /** What cards are coloured by; null: their own colours. */
  setColorBy(by: ColorBy | null): void {
    this.cardColors.by = by;
    this.recolor();
  }

  /** Selects something and flies there; groups that hide it open. */
  reveal(selection: Selection): void {
    this.select(selection);
    if (this.shown === null) return;
    if (this.disclosure.openAround(this.shown.geometry.scene, selection)) this.arrange("selection");
    else this.flyToSelection();
  }

  private flyToSelection(): void {
    if (this.shown === null) return;
    const place = placeOfSpot(this.shown.geometry, this.chosen.spot);
    const { view, viewport } = this.camera;
    if (place !== null) this.camera.flyTo(viewThatReads(view, place, viewport));
  }

  /** The keyboard comes to the graph. */
  takeFocus(): void {
    this.root.focus({ preventScroll: true });
  }

  /** All of the tape in view. */
  fit(): void {
    if (this.shown === null) return;
    this.camera.isFramed = false;
    const { viewport } = this.camera;
    this.camera.glideTo(
      this.neurons.viewIn(viewport) ?? viewOf(this.shown.geometry.bounds, viewport),
    );
  }

  zoomBy(factor: number): void {
    const [x, y] = [this.camera.viewport.width / 2, this.camera.viewport.height / 2];
    this.zoom(factor, x, y, "glideZoom");
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
    this.recolor();
  }

  /** The stage as it stands, to take away; null while there is nothing on it. */
  takePicture(): StagePicture | null {
    const picture = this.picture(performance.now());
    return picture && new StagePicture(picture, this.camera.view, this.camera.viewport);
  }

  /** Opens a call's card in place. */
  open(call: number): void {
    if (this.shown === null) return;
    this.disclosure.open(call);
    this.arrange(anchorOfOpening(this.shown.geometry, call));
  }

  /** Closes the frame of this index, or folds it. */
  close(frameIndex: number): void {
    const frame = this.shown?.geometry.scene.frames[frameIndex];
    if (this.shown === null || frame === undefined) return;
    this.disclosure.close(frame);
    // Folding shows the step that the person is at, not the one that was shown long ago.
    this.disclosure.reveal(this.chosen.only ?? this.subject());
    this.arrange(anchorOfFrame(this.shown.geometry, frame, this.camera.visible));
  }

  /** Closes the innermost frame around an item that was opened by hand; false without one. */
  private closeAround(item: number): boolean {
    if (this.shown === null) return false;
    const frame = this.disclosure.frameOpenedByHand(this.shown.geometry.scene, item);
    if (frame >= 0) this.close(frame);
    return frame >= 0;
  }

  /** Shows all steps of the folded repeat in the frame of this index. */
  unfold(frameIndex: number): void {
    const frame = this.shown?.geometry.scene.frames[frameIndex];
    if (this.shown === null || frame?.repeat == null) return;
    this.disclosure.unfold(frame.repeat.id);
    this.arrange(anchorOfFrame(this.shown.geometry, frame, this.camera.visible));
  }

  /** Slides a folded repeat to one of its steps. */
  showStep(repeat: number, step: number): void {
    this.disclosure.showStep(repeat, step);
    this.slide();
  }

  /** What happens at the playhead. */
  private subject(): Selection | null {
    return this.tape === null ? null : subjectOf(this.tape.structure, this.playhead);
  }

  private slideTo(selection: Selection | null): void {
    this.disclosure.reveal(selection);
    this.slide();
  }

  /** Brings the shown steps onto the stage; nothing else changes its place. */
  private slide(): void {
    if (this.shown === null || this.tape === null) return;
    const { geometry: before } = this.shown;
    if (this.disclosure.isShownBy(before.scene)) return;
    const scene = this.disclosure.slide(before.scene);
    const geometry = scene === null ? null : showSteps(before, scene);
    if (geometry === null) this.arrange({ before: before.bounds, find: ({ bounds }) => bounds });
    else {
      this.hold(geometry);
      this.walker.settle(geometry);
      this.transition = null;
    }
  }

  destroy(): void {
    cancelAnimationFrame(this.frameRequest);
    this.changes.clear();
    this.chips.destroy();
    this.walker.destroy();
    this.resizes.disconnect();
    this.gestures.destroy();
    this.arranger.destroy();
    this.neurons.destroy();
    this.root.remove();
  }

  /** Moves the camera; a card that one comes near enough to opens, and closes again from afar. */
  private zoom(factor: number, x: number, y: number, way: "zoom" | "glideZoom"): void {
    const geometry = this.neurons.isShown ? null : (this.shown?.geometry ?? null);
    const anchor = this.levelZoom.zoom(geometry, factor, { x, y }, (...by) =>
      this.camera[way](...by),
    );
    if (anchor !== null) this.arrange(anchor);
  }

  /** Builds the scene anew and has it laid out; the last request wins. */
  private arrange(arrival: Arrival): void {
    const scene = this.disclosure.scene();
    if (scene === null) return;
    this.arranger.arrange(scene, this.choice, this.camera.viewport, {
      done: (geometry) => this.take(geometry, arrival),
      failed: (error) => {
        this.levelZoom.settle();
        this.tell(`The graph could not be laid out. ${error.message}`);
      },
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
    this.tell("");
    this.hold(geometry);
    const now = performance.now();
    this.beginTransition(before, geometry, now);
    this.walker.settle(geometry);
    this.levelZoom.settle();
    this.goTo(arrival, before !== null, now);
    // The shown steps may have changed meanwhile.
    this.slide();
  }

  private goTo(arrival: Arrival, smoothly: boolean, now: number): void {
    if (arrival === "selection") return this.flyToSelection();
    const kept = this.shown === null ? undefined : arrival?.find(this.shown.geometry);
    if (arrival !== null && kept !== undefined) this.camera.keepInPlace(arrival, kept, now);
    else this.frame(smoothly);
  }

  private hold(geometry: Geometry): void {
    if (this.tape === null) return;
    const timing = timeScene(geometry.scene, this.tape);
    this.shown = { geometry, edges: shapeEdges(geometry), timing, tape: this.tape };
    this.recolor();
    this.locate();
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
    const view =
      this.neurons.viewIn(viewport) ??
      initialView(geometry, viewport, placeOfEvent(geometry, timing, this.playhead));
    this.camera.isFramed = true;
    if (smoothly) this.camera.glideTo(view);
    else this.camera.set(view);
  }

  /** A new frame of numbers on the same cards. */
  private retime(): void {
    if (this.tape === null || this.shown === null || this.shown.tape === this.tape) return;
    const { geometry } = this.shown;
    if (geometry.scene.structure.hash !== this.tape.structure.hash) return;
    this.changes.mark(changedTensors(this.shown.tape, this.tape));
    this.shown = { ...this.shown, tape: this.tape, timing: timeScene(geometry.scene, this.tape) };
    this.recolor();
  }

  private recolor(): void {
    this.cardColors.update(this.shown, this.painter.colors);
    this.repaint();
  }

  private bringEventIntoView(): void {
    if (this.shown === null || this.neurons.isShown) return;
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
    if (this.chosen.isOnly(selection)) return;
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

  /** Opens, closes, unfolds or slides what was hit. */
  private disclose(hit: Disclosing): void {
    switch (hit.kind) {
      case "open":
        return this.open(hit.call);
      case "close":
        return this.close(hit.frame);
      case "unfold":
        return this.unfold(hit.frame);
      case "step":
        return this.showStep(hit.repeat, hit.step);
    }
  }

  private point(target: Element | null, place?: Rect): void {
    this.hoverCard.point(target, place);
    this.tellPointed();
  }

  /** Numbers change while the tape plays under a resting pointer. */
  private tellPointed(): void {
    const isPointed = this.hoverCard.isPointed && !this.neurons.isShown;
    const picture = isPointed ? this.picture(performance.now()) : null;
    const { isOverEdge } = this.hoverCard.tell(picture, this.camera, this.painter);
    this.root.classList.toggle("is-over-edge", isOverEdge);
  }

  private key(event: KeyboardEvent): boolean {
    if (event.target !== this.root && event.key === "Enter") return this.choose(event.target);
    if (event.key === "Tab" && !event.shiftKey) return this.goToNumbers();
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

  /** Enter on a control of a card, or on a part of a picture, that stands for something. */
  private choose(target: EventTarget | null): boolean {
    if (this.shown === null || !(target instanceof Element)) return false;
    const hit = hitElement(target, this.shown.geometry);
    if (hit.kind === "select") this.emit(hit.selection);
    else if (hit.kind !== "ground" && hit.kind !== "control") this.disclose(hit);
    return hit.kind !== "ground" && hit.kind !== "control";
  }

  /** From the card that somebody has walked to, Tab leads to its numbers. */
  private goToNumbers(): boolean {
    const { numbers } = this.walker;
    numbers?.focus({ preventScroll: true });
    return numbers !== null;
  }

  /** What the Tab key reaches comes into view; the browser would scroll, the camera moves. */
  private focus(box: Rect): void {
    const { scale } = this.camera.view;
    const corner = this.camera.toWorld(box.x, box.y);
    this.camera.bringIntoView({ ...corner, width: box.width / scale, height: box.height / scale });
  }

  private picture(now: number): Picture | null {
    if (this.shown === null) return null;
    const moving = this.transition;
    const share = moving?.glide.at(now) ?? 1;
    const geometry =
      moving === null || share === 1 ? this.shown.geometry : moving.transition.at(share);
    const { playhead, pointer } = this;
    const { changed } = this.changes;
    const { shading } = this.cardColors;
    const { spot, around, users, traced } = this.chosen;
    const { colors } = this.painter;
    const marks = { spot, around, users, traced, shading, changed, pointer };
    return { ...this.shown, geometry, playhead, ...marks, colors };
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
      this.isStale = this.paint(picture, share);
      if (picture !== null) this.walker.paint(picture, this.camera.view);
      this.showMap();
      this.tellPainted();
      this.tellPointed();
    }
    this.painter.paintPulses(this.camera.view, now);
    if (share === 1) this.transition = null;
    const goesOn = this.transition !== null || this.camera.isGliding || this.painter.isPulsing;
    if (this.isStale || goesOn) this.request();
  }

  /** Neurons or cards; true if something is left for the next frame. */
  private paint(picture: Picture | null, share: number): boolean {
    const { view } = this.camera;
    this.neurons.paint(picture, view);
    return this.painter.paint(this.neurons.isShown ? null : picture, view, share);
  }

  private showMap(): void {
    const { view, viewport } = this.camera;
    const geometry = this.neurons.isShown ? null : (this.shown?.geometry ?? null);
    this.minimap.show(geometry, this.painter.colors, view, viewport);
  }

  /** For whoever waits until the picture stands: tests above all. */
  private tellPainted(): void {
    const { dataset } = this.root;
    dataset.playhead = String(this.playhead);
    this.legend.show(this.neurons.isShown ? null : (this.shown?.timing ?? null));
    if (this.shown === null) return;
    dataset.painted = this.shown.tape.structure.hash;
    dataset.orientation = this.shown.geometry.orientation;
    dataset.level = this.disclosure.level;
    dataset.cards = String(this.shown.geometry.scene.items.length);
  }
}
