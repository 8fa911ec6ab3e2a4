/** What cards are coloured by, and the legend that says so. */

import type { OpTimes } from "../../api/types";
import type { ColorBy } from "../../model/colorBy";
import type { Tape } from "../../model/tape";
import { ColorLegend } from "../flow/colorLegend";
import type { Colors } from "../canvas/colors";
import type { Geometry } from "../layout/geometry";
import { shadeScene, type Shading } from "../canvas/shading";

export class CardColors {
  readonly legend = new ColorLegend();
  /** Null: cards wear their own colours. */
  shading: Shading | null = null;
  by: ColorBy | null = null;
  times: OpTimes | null = null;

  /** Another scene, other numbers, another theme, or something else to colour by. */
  update(shown: { geometry: Geometry; tape: Tape } | null, { palette }: Colors): void {
    const { by, times } = this;
    this.shading =
      shown === null || by === null
        ? null
        : shadeScene(shown.geometry.scene, shown.tape, by, times, palette);
    this.legend.show(this.shading, palette);
  }
}
