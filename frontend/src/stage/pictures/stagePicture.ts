/** The stage as a picture to take away: the view or everything, as SVG or as pixels. */

import { paintDirections, paintFrames, paintTies } from "../canvas/backdrop";
import { paintBlocks } from "../canvas/blockPainter";
import { visibleWorld, type View, type Viewport } from "../camera/camera";
import { CardPicture } from "./cardPicture";
import type { Drawing } from "../canvas/drawing";
import { EdgePainter } from "../canvas/edgePainter";
import { countVisible } from "../cards/elementPool";
import { HeatmapQueue } from "../cards/heatmapQueue";
import { cardsScale } from "../canvas/painter";
import type { Rect } from "../layout/geometry";
import type { NeuronsPicture } from "./neuronsPicture";
import type { Picture } from "./picture";
import { SvgDrawing } from "./svgDrawing";

export type Extent = "view" | "everything";

/** With more cards than this they are drawn as blocks, as they are when too small. */
const mostCards = 500;
/** Longest side that every browser's canvas can have, and what fits into memory easily. */
const longestPixels = 8192;
const mostPixels = 32_000_000;
/** Pictures are looked at on screens with two device pixels to each of CSS. */
const sharpness = 2;
const margin = 28;

interface Framing {
  readonly view: View;
  readonly size: Viewport;
}

export class StagePicture {
  constructor(
    private readonly picture: Picture,
    private readonly view: View,
    private readonly viewport: Viewport,
    /** What stands in place of the cards, if anything does. */
    private readonly neurons: NeuronsPicture | null,
  ) {}

  toSvg(extent: Extent): string {
    const framing = this.frame(extent);
    const drawing = new SvgDrawing(framing.size.width, framing.size.height);
    this.draw(drawing, framing, 1);
    return drawing.toText(this.title);
  }

  /** In pixels; a tape of a thousand cards is drawn smaller, so that a canvas can hold it. */
  toCanvas(extent: Extent): HTMLCanvasElement {
    const framing = this.frame(extent);
    const { width, height } = framing.size;
    const ratio = Math.min(
      sharpness,
      longestPixels / Math.max(width, height),
      Math.sqrt(mostPixels / (width * height)),
    );
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(width * ratio));
    canvas.height = Math.max(1, Math.round(height * ratio));
    const context = canvas.getContext("2d");
    if (context === null) throw new Error("This browser gives no canvas to draw on.");
    this.draw(context, framing, ratio);
    return canvas;
  }

  toPng(extent: Extent): Promise<Blob> {
    const canvas = this.toCanvas(extent);
    return new Promise((resolve, reject) => {
      canvas.toBlob((blob) => {
        if (blob === null) reject(new Error("The picture is too large for this browser."));
        else resolve(blob);
      }, "image/png");
    });
  }

  private get title(): string {
    const { tape, playhead } = this.picture;
    const total = tape.structure.events.length;
    return `Iteration ${String(tape.frame.iteration)}, event ${String(playhead)} of ${String(total)}`;
  }

  private frame(extent: Extent): Framing {
    if (extent === "view") return { view: this.view, size: this.viewport };
    const { x, y, width, height } = (this.neurons ?? this.picture.geometry).bounds;
    const view = { x: margin - x, y: margin - y, scale: 1 };
    return { view, size: { width: width + 2 * margin, height: height + 2 * margin } };
  }

  /** The same painters as on the page, from the same geometry, timing and colours. */
  private draw(drawing: Drawing, { view, size }: Framing, ratio: number): void {
    const { picture } = this;
    const { x, y } = view;
    const scale = view.scale * ratio;
    const visible = visibleWorld(view, size);
    drawing.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawing.fillStyle = picture.colors.surface;
    drawing.fillRect(0, 0, size.width, size.height);
    drawing.setTransform(scale, 0, 0, scale, x * ratio, y * ratio);
    if (this.neurons !== null) return this.neurons.draw(drawing);
    this.drawGraph(drawing, view, visible);
    drawing.setTransform(ratio, 0, 0, ratio, 0, 0);
    paintDirections(drawing, picture, view);
  }

  private drawGraph(drawing: Drawing, view: View, visible: Rect): void {
    const { picture } = this;
    paintFrames(drawing, picture, visible);
    paintTies(drawing, picture, view, visible);
    new EdgePainter().paint(drawing, picture, view, visible, 1);
    const few = countVisible(picture, visible) <= mostCards;
    if (few && view.scale >= cardsScale) this.drawCards(drawing, visible);
    else paintBlocks(drawing, picture, view, visible);
  }

  private drawCards(drawing: Drawing, visible: Rect): void {
    const heatmaps = new HeatmapQueue();
    // As sharp as the picture, but without the numbers that are written when very near.
    heatmaps.prepare(this.picture.tape, this.picture.colors.palette, 1.6);
    new CardPicture(drawing, this.picture, heatmaps).draw(visible);
  }
}
