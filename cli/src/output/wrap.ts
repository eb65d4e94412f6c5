import type { OutputStream } from "./style.js";

/** Text in lines of a terminal's width, each after the first with an indent. Elsewhere one line. */
export function wrap(text: string, indent: number, stream: OutputStream): string {
  if (!stream.isTTY) return text;
  const width = Math.max(20, (stream.columns || 80) - indent);
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.at(-1)!;
    if (last === "") lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join(`\n${" ".repeat(indent)}`);
}
