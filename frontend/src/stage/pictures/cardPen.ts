/** The strokes that cards of pictures have in common: grounds, outlines, heads, lines of text. */

import type { Colors } from "../canvas/colors";
import type { Drawing } from "../canvas/drawing";
import type { Shade } from "../canvas/shading";
import type { CardState } from "../flow/timing";
import type { Rect } from "../layout/geometry";

const family = "system-ui, sans-serif";
const laterAlpha = 0.62;

export interface Line {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly color: string;
  readonly weight?: number;
  readonly align?: CanvasTextAlign;
  /** Of a line that is too long the end is written, not the beginning. */
  readonly keepsEnd?: boolean;
  readonly room: number;
}

export interface Ground {
  readonly phase: string;
  readonly state: CardState;
  readonly selected: boolean;
  /** Around what is not there: a missing layer, a gradient that never comes. */
  readonly dashed?: boolean;
}

export class CardPen {
  /** How present what is drawn is: less than 1 aside of a trace. */
  presence = 1;

  constructor(
    readonly drawing: Drawing,
    readonly colors: Colors,
  ) {}

  /** Opacity of all that follows. */
  set alpha(share: number) {
    this.drawing.globalAlpha = share * this.presence;
  }

  /** The card's ground with the stripe of its phase. */
  drawBody(rect: Rect, { phase, state, selected, dashed = false }: Ground): void {
    const { drawing, colors } = this;
    this.box(rect, 10);
    drawing.fillStyle = dashed ? colors.surface : phase;
    this.alpha = state === "not-yet" && !dashed ? 0.35 : 1;
    drawing.fill();
    this.alpha = 1;
    if (!dashed) {
      drawing.beginPath();
      drawing.roundRect(rect.x, rect.y + 3, rect.width, rect.height - 3, [7, 7, 10, 10]);
      drawing.fillStyle = state === "not-yet" ? colors.surface : colors.surfaceRaised;
      drawing.fill();
    }
    drawing.setLineDash(dashed ? [4, 4] : []);
    this.outline(rect, 10, dashed ? phase : state === "current" ? phase : colors.line, 1);
    drawing.setLineDash([]);
    if (state === "current") this.ring(rect, 12, phase, 3);
    if (selected) this.ring(rect, 13, colors.focus, 2);
  }

  drawHead(name: string, detail: string, rect: Rect, state: CardState): void {
    const { colors } = this;
    this.fade(state, () => {
      const [room, right] = [rect.width - 20, rect.x + rect.width - 10];
      const heading = { x: rect.x + 10, y: rect.y + 20, size: 14, color: colors.ink };
      const used = this.write({ ...heading, text: name, weight: 650, room });
      const left = room - used - 6;
      if (left > 14) {
        const small = { y: rect.y + 21, size: 10, color: colors.inkFaint, room: left };
        this.write({ ...small, text: detail, x: right, align: "right" });
      }
    });
  }

  /** The band of the colour that a card is given, and on it what the colour means. */
  drawShade(rect: Rect, { color, ink, text, look }: Shade, isRound: boolean): void {
    const { drawing } = this;
    if (isRound) this.ring(rect, rect.height / 2 + 3, color, 4);
    else if (look !== "none") {
      drawing.beginPath();
      drawing.roundRect(rect.x, rect.y + rect.height - 6, rect.width, 6, [0, 0, 9, 9]);
      drawing.fillStyle = color;
      drawing.fill();
    }
    if (look === "none") return;
    drawing.font = `650 11.0px ${family}`;
    const width = drawing.measureText(text).width + 12;
    const x = isRound ? rect.x + (rect.width - width) / 2 : rect.x + rect.width - 8 - width;
    const label = { x, y: rect.y + rect.height - 9, width, height: 17 };
    this.box(label, 7);
    drawing.fillStyle = color;
    drawing.fill();
    this.outline(label, 7, this.colors.lineStrong, 1);
    const middle = { x: x + width / 2, y: label.y + 8.5, align: "center" as const };
    this.write({ ...middle, text, size: 11, weight: 650, color: ink, room: width });
  }

  fade(state: CardState, draw: () => unknown): void {
    this.alpha = state === "not-yet" ? laterAlpha : 1;
    draw();
    this.alpha = 1;
  }

  box({ x, y, width, height }: Rect, radius: number): void {
    this.drawing.beginPath();
    this.drawing.roundRect(x, y, width, height, radius);
  }

  outline(rect: Rect, radius: number, color: string, width: number): void {
    this.box(rect, radius);
    this.drawing.strokeStyle = color;
    this.drawing.lineWidth = width;
    this.drawing.stroke();
  }

  ring({ x, y, width, height }: Rect, radius: number, color: string, line: number): void {
    const around = { x: x - 3, y: y - 3, width: width + 6, height: height + 6 };
    this.outline(around, radius, color, line);
  }

  /** One line, cut with an ellipsis where it has no room; answers how wide it is. */
  write(line: Line): number {
    const { drawing } = this;
    drawing.font = `${String(line.weight ?? 400)} ${line.size.toFixed(1)}px ${family}`;
    drawing.textAlign = line.align ?? "left";
    drawing.textBaseline = "middle";
    drawing.fillStyle = line.color;
    let { text } = line;
    while (text.length > 1 && drawing.measureText(text).width > line.room) {
      text =
        line.keepsEnd === true
          ? `…${text.replace(/^…/, "").slice(1)}`
          : `${text.replace(/…$/, "").slice(0, -1)}…`;
    }
    if (text !== "") drawing.fillText(text, line.x, line.y);
    return drawing.measureText(text).width;
  }

  /** A text in lines that have room, broken between words. */
  breakLines(text: string, size: number, room: number): string[] {
    this.drawing.font = `400 ${size.toFixed(1)}px ${family}`;
    const lines: string[] = [];
    for (const word of text.split(" ")) {
      const longer = lines.length === 0 ? word : `${lines.at(-1) ?? ""} ${word}`;
      const fits = this.drawing.measureText(longer).width <= room;
      if (lines.length > 0 && fits) lines[lines.length - 1] = longer;
      else lines.push(word);
    }
    return lines;
  }
}
