/** Neurons in place of grids: whether they are offered, whether they are shown, and their picture. */

import type { Structure } from "../../api/types";
import { denseNetworkOf } from "../../model/denseNetwork";
import type { Level } from "../../model/levels";
import { viewOf, type View, type Viewport } from "../camera/camera";
import { NeuronsBar, type NumbersMode } from "./neuronsBar";
import type { LineChoice, Sample } from "./neuronsNumbers";
import { NeuronsView } from "./neuronsView";
import { NeuronsPicture } from "../pictures/neuronsPicture";
import type { Picture } from "../pictures/picture";

/** Above and below the bar over the picture. */
const barMargins = 14;

export interface NeuronsHandlers {
  /** The other picture is to be shown. */
  switched(): void;
  /** The same picture with other numbers. */
  changed(): void;
}

export class Neurons {
  private readonly bar: NeuronsBar;
  private view: NeuronsView | null = null;
  private structure: string | null = null;
  private level: Level = "module";
  private mode: NumbersMode = "neurons";
  private lines: LineChoice = "weight";
  private sample: Sample = "mean";
  private pointed: SVGElement | null = null;

  constructor(
    host: HTMLElement,
    private readonly stageRoot: HTMLElement,
    private readonly handlers: NeuronsHandlers,
  ) {
    this.bar = new NeuronsBar({
      onMode: (mode) => {
        this.mode = mode;
        this.refresh();
        handlers.switched();
      },
      onLines: (lines) => {
        this.lines = lines;
        handlers.changed();
      },
      onSample: (sample) => {
        this.sample = sample;
        handlers.changed();
      },
    });
    // Beside the stage, not in it: its keys are not the stage's.
    host.append(this.bar.root, this.bar.readout);
    this.refresh();
  }

  /** The view that shows all of the picture, below the bar; null while it is not shown. */
  viewIn({ width, height }: Viewport): View | null {
    if (!this.isShown || this.view === null) return null;
    const barRoom = this.bar.root.offsetHeight + barMargins;
    const room = { width, height: height - barRoom };
    this.view.shapeFor(room);
    const view = viewOf(this.view.layout.bounds, room);
    return { ...view, y: view.y + barRoom };
  }

  get isShown(): boolean {
    return this.view !== null && this.level === "numbers" && this.mode === "neurons";
  }

  setLevel(level: Level): void {
    this.level = level;
    this.refresh();
  }

  /** A structure that may be a small dense network; the same one keeps its picture. */
  setStructure(structure: Structure | null): void {
    if (structure?.hash === this.structure) return;
    this.structure = structure?.hash ?? null;
    this.view?.root.remove();
    this.sample = "mean";
    const network = structure === null ? null : denseNetworkOf(structure);
    this.view =
      network === null || structure === null
        ? null
        : new NeuronsView(network, structure, (part) => this.point(part));
    if (network !== null) this.bar.offer(network.samples);
    if (this.view !== null) this.stageRoot.append(this.view.root);
    this.refresh();
  }

  paint(picture: Picture | null, view: View): void {
    if (picture === null || !this.isShown) return;
    this.view?.paint(picture, view, this.sample, this.lines);
    this.tellPointed();
  }

  /** What is shown, to take away; null while it is not shown. */
  takePicture(picture: Picture): NeuronsPicture | null {
    const { view } = this;
    if (view === null || !this.isShown) return null;
    const headings = view.headings(picture.tape.structure);
    return new NeuronsPicture(
      view.layout,
      headings,
      view.momentOf(picture, this.sample, this.lines),
    );
  }

  destroy(): void {
    this.bar.root.remove();
    this.bar.readout.remove();
  }

  private point(part: SVGElement | null): void {
    this.pointed = part;
    this.tellPointed();
  }

  private tellPointed(): void {
    this.bar.tell(this.pointed?.getAttribute("aria-label") ?? "");
  }

  private refresh(): void {
    this.bar.root.hidden = this.view === null || this.level !== "numbers";
    this.bar.readout.hidden = !this.isShown;
    if (this.view !== null) this.view.root.hidden = !this.isShown;
    this.bar.show(this.mode, this.lines, this.sample);
  }
}
