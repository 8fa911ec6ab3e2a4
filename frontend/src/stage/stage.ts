/** The stage: the graph of a tape, forward and backward, at a playhead. */

import type { OpTimes } from "../api/types";
import type { ColorBy } from "../model/colorBy";
import type { MissingLayer } from "../model/layerFacts";
import type { Level } from "../model/levels";
import type { Selection } from "../model/selection";
import type { Tape } from "../model/tape";
import type { OrientationChoice } from "./layout/arranger";
import { CameraControl } from "./camera/cameraControl";
import { CameraWork } from "./camera/cameraWork";
import { CardColors } from "./cards/cardColors";
import { Chosen } from "./pointing/chosen";
import { make, setAttribute } from "./dom";
import { FrameLoop, type Painted } from "./canvas/frameLoop";
import type { Rect } from "./layout/geometry";
import { Gestures } from "./camera/gestures";
import { HoverCard } from "./pointing/hoverCard";
import { commandOfKey } from "./pointing/keys";
import { LevelZoom } from "./camera/levelZoom";
import { Neurons } from "./neurons/neurons";
import { FarNumbers, type ReadLine } from "./numbers/farNumbers";
import { NumberPointer } from "./numbers/numberPointer";
import { Overlay } from "./overlay";
import { Painter } from "./canvas/painter";
import type { Picture } from "./pictures/picture";
import { Pointing } from "./pointing/pointing";
import { Showing } from "./showing";
import { StagePicture } from "./pictures/stagePicture";
import { Walker } from "./pointing/walker";
import "./neurons/neurons.css";
import "./numbers/numbers.css";
import "./stage.css";
import "./cards/folds.css";

export type { OrientationChoice } from "./layout/arranger";

export interface StageHandlers {
  /** A person selected something, or nothing. */
  onSelect(selection: Selection | null): void;
  /** A person selected several things, or one of them less. */
  onSelectSeveral?(selections: readonly Selection[]): void;
  /** Exact numbers of the shown tape; null where nobody has more than it holds. */
  readLine?: ReadLine;
  /** A person chose a level by key. */
  onLevel?(level: Level): void;
}

export class Stage {
  private readonly root = make("div", "stage-root");
  private readonly cardColors = new CardColors();
  private readonly loop = new FrameLoop(
    (now, isStale) => this.tick(now, isStale),
    () => this.tellMoving(),
  );
  private readonly pointer = new NumberPointer(() => this.loop.repaint());
  private readonly far: FarNumbers;
  private readonly painter: Painter;
  private readonly overlay: Overlay;
  private readonly camera: CameraControl;
  private readonly showing: Showing;
  private readonly chosen: Chosen;
  private readonly cameraWork: CameraWork;
  private readonly levelZoom: LevelZoom;
  private readonly neurons: Neurons;
  private readonly gestures: Gestures;
  private readonly walker: Walker;
  private readonly pointing: Pointing;
  private readonly hoverCard: HoverCard;
  private readonly resizes = new ResizeObserver(() => this.resize());

  constructor(
    host: HTMLElement,
    private readonly handlers: StageHandlers,
  ) {
    this.far = new FarNumbers(
      (line, signal) => handlers.readLine?.(line, signal) ?? null,
      () => this.pointer.renew(),
    );
    this.root.tabIndex = 0;
    // An application: screen readers leave the arrow keys to the graph.
    this.root.setAttribute("role", "application");
    this.root.setAttribute("aria-label", "Graph of the tape");
    host.append(this.root);
    this.painter = new Painter(this.root);
    this.root.append(this.cardColors.legend.root);
    const repaint = (): void => this.loop.repaint();
    const isStill = (): boolean => this.painter.isStill;
    this.neurons = new Neurons(host, this.root, {
      switched: () => this.cameraWork.frame(false),
      changed: repaint,
    });
    this.camera = new CameraControl(repaint, isStill);
    this.showing = new Showing(this.camera, isStill, {
      selected: () => this.chosen.only,
      begun: () => this.pointer.clear(),
      asked: () => this.tellMoving(),
      changed: () => {
        this.recolor();
        this.chosen.locate();
      },
      remarked: repaint,
      placed: (geometry) => this.walker.settle(geometry),
      arranged: (...arrival) => {
        this.overlay.tell("");
        this.levelZoom.settle();
        this.cameraWork.arrive(...arrival);
      },
      failed: (error) => {
        this.levelZoom.settle();
        this.tellMoving();
        this.overlay.tell(`The graph could not be laid out. ${error.message}`);
      },
    });
    this.chosen = new Chosen(this.root, this.showing, {
      onSelect: (selection) => handlers.onSelect(selection),
      onSelectSeveral: handlers.onSelectSeveral?.bind(handlers),
      replaced: (selection) => this.showing.slideTo(selection),
      located: repaint,
    });
    this.cameraWork = new CameraWork(this.camera, this.showing, this.chosen, this.neurons);
    this.levelZoom = new LevelZoom(this.showing, this.camera, this.neurons);
    this.hoverCard = new HoverCard(this.root, this.camera, this.painter);
    this.gestures = new Gestures(this.root, {
      pan: (dx, dy) => this.camera.pan(dx, dy),
      zoom: (factor, x, y) => this.levelZoom.zoom(factor, x, y),
      click: (target, x, y, several) => this.pointing.click(target, x, y, several),
      doubleClick: (target, x, y) => this.pointing.doubleClick(target, x, y),
      hover: (target, x, y) => this.point(target, { x, y, width: 0, height: 0 }),
      unhover: () => this.point(null),
      sweep: (box) => this.pointing.sweep(box),
      swept: (box) => this.pointing.swept(box),
      enter: () => this.walker.enter(),
      leave: () => this.walker.leave(),
      focus: (box) => this.cameraWork.focus(box),
      slide: (repeat, step) => this.showing.showStep(repeat, step),
      key: (event) => this.key(event),
    });
    this.pointing = new Pointing(this.root, this.camera, this.painter, {
      picture: () => this.picture(performance.now()),
      disclose: (hit) => this.showing.disclose(hit),
      select: (selection) => this.chosen.choose(selection),
      toggle: (selection) => this.chosen.toggle(selection),
      extend: (selections) => this.chosen.extend(selections),
    });
    this.walker = new Walker(this.root, {
      picture: () => this.picture(performance.now()),
      select: (selection) => this.chosen.choose(selection),
      isSelected: (selection) => this.chosen.isOnly(selection),
      disclose: (hit) => this.showing.disclose(hit),
      closeAround: (item) => this.showing.closeAround(item),
      bringIntoView: (rect) => this.camera.bringIntoView(rect),
      moved: repaint,
    });
    this.overlay = new Overlay(this.root, (x, y) => this.camera.centreOn(x, y));
    this.resizes.observe(this.root);
    this.resize();
  }

  destroy(): void {
    this.loop.destroy();
    this.showing.destroy();
    this.chosen.destroy();
    this.walker.destroy();
    this.resizes.disconnect();
    this.gestures.destroy();
    this.neurons.destroy();
    this.root.remove();
  }

  /**
   * Shows a tape; another frame of the same structure keeps every card in its place.
   *
   * `missing` is the layer that the tape ends before, where it ends too early.
   */
  show(tape: Tape | null, missing: MissingLayer | null = null): void {
    this.neurons.setStructure(tape?.structure ?? null);
    this.showing.show(tape, missing);
    if (tape === null) delete this.root.dataset.painted;
    this.selectSeveral(this.chosen.all);
  }

  /** Marks tensors for a moment. */
  flash(tensors: ReadonlySet<number>): void {
    if (tensors.size > 0) this.showing.flash(tensors);
  }

  setPlayhead(playhead: number): void {
    const before = this.showing.playhead;
    if (playhead === before) return;
    this.showing.setPlayhead(playhead);
    this.painter.pulse(playhead === before + 1 ? this.picture(performance.now()) : null);
    this.cameraWork.followEvent();
    this.loop.repaint();
  }

  setLevel(level: Level): void {
    this.neurons.setLevel(level);
    this.showing.setLevel(level);
  }

  setOrientation(choice: OrientationChoice): void {
    this.showing.setOrientation(choice);
  }

  select(selection: Selection | null): void {
    this.selectSeveral(selection === null ? [] : [selection]);
  }

  selectSeveral(selections: readonly Selection[]): void {
    this.chosen.select(selections);
  }

  /** Whether selecting lights all that the selection influences, and the way of its gradient. */
  setTracing(on: boolean): void {
    this.chosen.setTracing(on);
  }

  /** What cards are coloured by; null: their own colours. */
  setColorBy(by: ColorBy | null): void {
    this.cardColors.by = by;
    this.recolor();
  }

  /** How long ops take; null while it is not known. */
  setTimes(times: OpTimes | null): void {
    this.cardColors.times = times;
    this.recolor();
  }

  /** Selects something and flies there; groups that hide it open. */
  reveal(selection: Selection): void {
    this.select(selection);
    if (!this.showing.openAround(selection)) this.cameraWork.flyToSelection();
  }

  /** The keyboard comes to the graph. */
  takeFocus(): void {
    this.root.focus({ preventScroll: true });
  }

  /** All of the tape in view. */
  fit(): void {
    this.cameraWork.fit();
  }

  zoomBy(factor: number): void {
    const { width, height } = this.camera.viewport;
    this.levelZoom.zoom(factor, width / 2, height / 2, "glideZoom");
  }

  /** Moves the view smoothly; presses of a key add up. */
  panBy(dx: number, dy: number): void {
    this.camera.glidePan(dx, dy);
  }

  /** Whether the camera keeps the current event in view. */
  follow(on: boolean): void {
    this.cameraWork.follow(on);
  }

  refreshTheme(): void {
    this.painter.refreshTheme();
    this.recolor();
  }

  /** The stage as it stands, to take away; null while there is nothing on it. */
  takePicture(): StagePicture | null {
    const picture = this.picture(performance.now());
    if (picture === null) return null;
    const { view, viewport } = this.camera;
    return new StagePicture(picture, view, viewport, this.neurons.takePicture(picture));
  }

  private key(event: KeyboardEvent): boolean {
    if (event.target !== this.root && event.key === "Enter") {
      return this.pointing.enter(event.target);
    }
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
        this.chosen.choose(null);
        return true;
    }
  }

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.root;
    const { camera } = this;
    if (width === camera.viewport.width && height === camera.viewport.height) return;
    camera.viewport = { width, height };
    this.painter.resize(camera.viewport);
    if (camera.isFramed && this.showing.isFitted) this.showing.arrange(null);
    if (camera.isFramed) this.cameraWork.frame(false);
    this.loop.repaint();
  }

  private recolor(): void {
    this.cardColors.update(this.showing.arrangement.shown, this.painter.colors);
    this.loop.repaint();
  }

  private point(target: Element | null, place?: Rect): void {
    this.hoverCard.point(target, place);
    const picture = this.neurons.isShown ? null : this.picture(performance.now());
    this.hoverCard.tell(picture, this.walker.place);
  }

  private picture(now: number): Picture | null {
    const shown = this.showing.arrangement.at(now);
    if (shown === null) return null;
    const { playhead, changes } = this.showing;
    const { spot, around, users, traced } = this.chosen;
    return {
      ...shown,
      playhead,
      spot,
      around,
      users,
      traced,
      shading: this.cardColors.shading,
      changed: changes.changed,
      pointer: this.pointer,
      far: this.far,
      colors: this.painter.colors,
    };
  }

  private tick(now: number, isStale: boolean): Painted | null {
    const { camera, painter } = this;
    const { arrangement } = this.showing;
    if (camera.viewport.width === 0) return null;
    const moved = camera.advance(now);
    const share = arrangement.shareAt(now);
    const isLeft = (moved || isStale || arrangement.isMoving) && this.paint(now, share);
    painter.paintPulses(camera.view, now);
    if (share === 1) arrangement.settle();
    const goesOn = arrangement.isMoving || camera.isGliding || painter.isPulsing;
    return { isStale: isLeft, goesOn };
  }

  /** Neurons or cards, and all around them; true if something is left for the next frame. */
  private paint(now: number, share: number): boolean {
    const picture = this.picture(now);
    const { view } = this.camera;
    this.neurons.paint(picture, view);
    const cards = this.neurons.isShown ? null : picture;
    const isLeft = this.painter.paint(cards, view, share);
    if (picture !== null) this.walker.paint(picture, view);
    const shown = cards === null ? null : this.showing.arrangement.shown;
    this.overlay.show(shown, this.painter.colors, this.camera);
    // Numbers change while the tape plays under a resting pointer.
    this.hoverCard.tell(cards, this.walker.place);
    this.tellPainted();
    return isLeft;
  }

  /** For whoever waits until the picture stands still: what moves is not pointed at. */
  private tellMoving(): void {
    const isMoving = this.loop.isRunning || this.showing.isArranging;
    setAttribute(this.root, "data-moving", isMoving ? "" : null);
  }

  /** For whoever waits until the picture stands: tests above all. */
  private tellPainted(): void {
    const { dataset } = this.root;
    const { shown } = this.showing.arrangement;
    dataset.playhead = String(this.showing.playhead);
    if (shown === null) return;
    dataset.painted = shown.tape.structure.hash;
    dataset.orientation = shown.geometry.orientation;
    dataset.level = this.showing.disclosure.level;
    dataset.cards = String(shown.geometry.scene.items.length);
  }
}
