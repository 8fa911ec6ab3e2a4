/** The page's entry: its first request leaves before the rest of its code has loaded. */

import "./styles/theme.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/plotly.css";
import "./styles/workbench.css";
import "./styles/print.css";
import { readPlace } from "./model/permalink";
import { openPlace } from "./state/opening";

const place = readPlace(location.hash);
const opening = openPlace(place);
// A failure is told by the workbench, which may come later than the failure does.
opening.catch(() => undefined);

const { startPage } = await import("./startPage");
// Mounting takes a while: an answer that has come meanwhile sends its next request first.
await new Promise((resolve) => setTimeout(resolve));
startPage(place, opening);
