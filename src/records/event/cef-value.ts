import { isJson } from "../../shared/json.js";
import { readValue } from "../cef/extension.js";
import { CLIENT_CHOSEN } from "./fields.js";

/**
 * The text of a field. Konnect does not escape client-chosen text, so `C:\new` is a path there and no line feed: HTTP
 * cannot carry one in a user agent or a path. `query` is JSON, with escapes of its own.
 */
export function readCefValue(line: string, from: number, to: number, key: string): string {
  if (!CLIENT_CHOSEN.has(key)) return readValue(line, from, to);
  const sent = line.slice(from, to);
  if (!sent.includes("\\")) return sent;
  const text = sent.replace(/\\([\\=])/g, "$1");
  return key === "query" && text !== sent && isJson(sent) && !isJson(text) ? sent : text;
}
