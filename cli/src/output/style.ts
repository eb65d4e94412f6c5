import { styleText } from "node:util";

/** A stream that lines are written to. */
export type OutputStream = NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
export type Color = "red" | "yellow" | "green" | "bold" | "dim";

/** Colors text for a terminal. `NO_COLOR`, `FORCE_COLOR` and pipes are respected (https://no-color.org). */
export function paint(
  color: Color,
  text: string,
  stream: NodeJS.WritableStream & { isTTY?: boolean },
): string {
  return styleText(color, text, { stream });
}
