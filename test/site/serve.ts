import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { listen } from "../support/loopback.js";

export const dist = fileURLToPath(new URL("../../site/dist", import.meta.url));
const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

/** Serves the built site. */
export function serveSite() {
  return listen(
    createServer(async (request, response) => {
      const path = normalize(decodeURIComponent(new URL(request.url ?? "/", "http://site").pathname));
      const file = join(dist, path === "/" ? "index.html" : path);
      try {
        const content = await readFile(file);
        response.setHeader("content-type", TYPES[extname(file)] ?? "application/octet-stream").end(content);
      } catch {
        response.writeHead(404).end();
      }
    }),
  );
}
