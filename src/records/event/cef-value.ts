import { isJson } from "../../shared/json.js";
import { unescapeValue } from "../cef/extension.js";
import { CLIENT_CHOSEN } from "./fields.js";

/**
 * The text of a field. Konnect does not escape client-chosen text, so `C:\new` in it is a path, not a line feed: HTTP
 * cannot carry a line feed in a user agent or a path. `query` is JSON, which has its own escapes.
 */
export function readCefValue(line: string, from: number, to: number, key: string, hasEscapes = true): string {
  const sent = line.slice(from, to);
  if (!hasEscapes || !sent.includes("\\")) return sent;
  return CLIENT_CHOSEN.has(key) ? unescapeClientText(sent, key) : unescapeValue(sent);
}

function unescapeClientText(sent: string, key: string): string {
  // The escapes of JSON are its own: what is JSON as sent was not escaped for CEF.
  return key === "query" && isJson(sent) ? sent : sent.replace(/\\([\\=])/g, "$1");
}
