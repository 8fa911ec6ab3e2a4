/** Plotly writes its rules into a <style> element, which no content security policy here allows. */

const PLOTLY_STYLE_ID = "plotly.js-style-global";

/** Tells Plotly that its rules are there already: they are in styles/plotly.css. */
export function keepPlotlyFromWritingStyles(): void {
  if (document.getElementById(PLOTLY_STYLE_ID) !== null) return;
  const mark = document.createElement("template");
  mark.id = PLOTLY_STYLE_ID;
  mark.className = "no-inline-styles";
  document.head.append(mark);
}
