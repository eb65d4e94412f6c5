import { styleText } from "node:util";

type Stream = NodeJS.WritableStream & { isTTY?: boolean };
type Color = "red" | "yellow" | "green" | "bold" | "dim";

/** Colors text for a terminal. `NO_COLOR`, `FORCE_COLOR` and pipes are respected (https://no-color.org). */
export function paint(color: Color, text: string, stream: Stream): string {
  return styleText(color, text, { stream });
}
