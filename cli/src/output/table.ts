import stringWidth from "string-width";
import { escapeText } from "./escape.js";
import { type Color, type OutputStream, paint } from "./style.js";

/** A column of a table. */
export interface Column {
  name: string;
  /** The least width to which it is cut, in columns of the terminal. Undefined: it is never cut. */
  min?: number | undefined;
  /** Columns are cut in this order, the lowest first; those of one number by their width, the widest first. Default 0. */
  order?: number;
  /** The greatest part of a terminal's width that it gets, from 0 to 1: one long cell must not push the others away. */
  share?: number;
  /** A last column that few rows have. If it leaves no room, only those rows are cut for it. */
  isExtra?: boolean;
}

/** A cell of a row. */
export interface Cell {
  text: string;
  color?: Color | undefined;
}

const GAP = 2;
/** A column of at least this width tells enough, so that all rows can leave room for the extra column. */
const ROOM = 20;
const segmenter = new Intl.Segmenter();

/** Lays out rows. The widths are those of what is shown, and grow with it; a narrow terminal cuts the least important columns. */
export class TableLayout {
  readonly #columns: readonly Column[];
  readonly #stream: OutputStream;
  /** The widest cell of each column so far. */
  readonly #natural: number[];
  /** The widest extra column so far. */
  #extra = 0;

  constructor(columns: readonly Column[], stream: OutputStream) {
    this.#columns = columns;
    this.#stream = stream;
    this.#natural = columns.map(() => 0);
  }

  /** The lines of some rows. */
  lines(rows: readonly (readonly Cell[])[]): string[] {
    const escaped = rows.map((row) => row.map(({ text, color }) => ({ text: escapeText(text), color })));
    for (const row of escaped)
      for (const [i, { text }] of row.entries())
        if (!this.#columns[i]!.isExtra) this.#natural[i] = Math.max(this.#natural[i]!, widthOf(text));
    const extraOf = (row: readonly Cell[]) =>
      row.reduce((sum, { text }, i) => sum + (this.#columns[i]!.isExtra ? widthOf(text) : 0), 0);
    for (const row of escaped) this.#extra = Math.max(this.#extra, extraOf(row));
    const roomy = this.#fit(this.#extra === 0 ? 0 : this.#extra + GAP);
    const isRoomy = this.#columns.every(
      ({ min }, i) => min === undefined || roomy[i]! >= Math.min(this.#natural[i]!, ROOM),
    );
    const widths = isRoomy ? roomy : this.#fit(0);
    return escaped.map((row) => {
      const extra = extraOf(row);
      if (extra === 0) return this.#line(row, widths);
      const own = isRoomy ? roomy : this.#fit(extra + GAP);
      return this.#line(
        row,
        own.map((width, i) => (this.#columns[i]!.isExtra ? extra : width)),
      );
    });
  }

  /** The width that each column gets, where some columns of the terminal are taken. */
  #fit(taken: number): number[] {
    const full = this.#stream.isTTY ? this.#stream.columns || 80 : Number.POSITIVE_INFINITY;
    const limit = full - taken;
    const widths = this.#natural.map((width, i) =>
      Math.min(width, Math.floor(full * (this.#columns[i]!.share ?? 1))),
    );
    const total = () => {
      const shown = widths.filter((width) => width > 0);
      return shown.reduce((sum, width) => sum + width, 0) + GAP * Math.max(0, shown.length - 1);
    };
    // At last columns vanish rather than the line wraps.
    for (const floor of [(min: number) => min, () => 0]) {
      for (;;) {
        if (total() <= limit) return widths;
        const able = this.#columns
          .map(({ min, order = 0 }, i) => ({ i, order, width: widths[i]!, min }))
          .filter(({ min, width }) => min !== undefined && width > floor(min))
          .sort((a, b) => a.order - b.order || b.width - a.width);
        const first = able[0];
        if (first === undefined) break;
        const least = floor(first.min!);
        const rival = able.find(({ i, order }) => i !== first.i && order === first.order);
        const wanted = Math.max(least, (rival?.width ?? least) - 1, first.width - (total() - limit));
        widths[first.i] = Math.min(first.width - 1, wanted);
      }
    }
    return widths;
  }

  #line(row: readonly Cell[], widths: readonly number[]): string {
    const last = row.findLastIndex(({ text }, i) => text !== "" && widths[i]! > 0);
    const parts: string[] = [];
    for (const [i, { text, color }] of row.entries()) {
      if (widths[i]! === 0 || i > last) continue;
      const fitted = fit(text, widths[i]!);
      const padding = i === last ? "" : " ".repeat(widths[i]! - widthOf(fitted));
      parts.push((color && fitted !== "" ? paint(color, fitted, this.#stream) : fitted) + padding);
    }
    return parts.join(" ".repeat(GAP));
  }
}

/** Cuts text to a width, with an ellipsis. */
function fit(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let used = 0;
  let kept = "";
  // The rest of a long text is not looked at.
  for (const { segment } of segmenter.segment(text.slice(0, 16 * width))) {
    const more = widthOf(segment);
    if (used + more > width - 1) break;
    used += more;
    kept += segment;
  }
  return `${kept}…`;
}

function widthOf(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text);
}
