import { escapeText } from "./escape.js";

const segmenter = new Intl.Segmenter();
/** Characters that take two columns of a terminal. */
const WIDE =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;

/** One line of a table: cells escaped, cut and padded. `lineWidth` is the width of the terminal, or Infinity. */
export function tableLine(cells: readonly string[], widths: readonly number[], lineWidth: number): string {
  const isCut = Number.isFinite(lineWidth);
  let left = lineWidth;
  const parts: string[] = [];
  for (const [i, text] of cells.entries()) {
    if (left <= 0) break;
    const isLast = i === cells.length - 1;
    const width = isLast ? left : Math.min(widths[i]!, left);
    parts.push(isCut ? fit(escapeText(text), width, !isLast) : pad(escapeText(text), widths[i]!));
    left -= width + 2;
  }
  return parts.join("  ").trimEnd();
}

function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}

/** Cuts text to a width, with an ellipsis. */
function fit(text: string, width: number, isPadded: boolean): string {
  const full = widthOf(text);
  if (full <= width) return isPadded ? text + " ".repeat(width - full) : text;
  let used = 0;
  let kept = "";
  for (const { segment } of segmenter.segment(text.slice(0, 16 * width))) {
    const more = segmentWidth(segment);
    if (used + more > width - 1) break;
    used += more;
    kept += segment;
  }
  return `${kept}…${isPadded ? " ".repeat(width - 1 - used) : ""}`;
}

function widthOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += segmentWidth(segment);
  return width;
}

function segmentWidth(segment: string): number {
  return WIDE.test(segment) ? 2 : 1;
}
