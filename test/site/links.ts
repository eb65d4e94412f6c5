import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { dist } from "./serve.js";

const etc = fileURLToPath(new URL("../../etc", import.meta.url));

/** Links and anchors of the built site that lead nowhere. */
export function deadLinks(): string[] {
  const pages = readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".html"),
  );
  const html = new Map(pages.map((page) => [page, readFileSync(join(dist, page), "utf8")]));
  const dead: string[] = [];
  for (const [page, text] of html)
    for (const [, raw = ""] of text.matchAll(/<(?:a|link|script|img)\b[^>]*?\s(?:href|src)="([^"]*)"/g)) {
      const link = raw.replaceAll("&amp;", "&");
      if (/^(https?:|data:|mailto:)/.test(link)) continue;
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? page : join(dirname(page), decodeURIComponent(path.split("?")[0]!));
      if (!existsSync(join(dist, target))) dead.push(`${page}: ${link}`);
      else if (anchor && html.has(target) && !hasAnchor(html.get(target)!, decodeURIComponent(anchor)))
        dead.push(`${page}: ${link}`);
    }
  return dead;
}

function hasAnchor(html: string, id: string): boolean {
  return html.includes(`id="${id}"`) || html.includes(`name="${id}"`);
}

/** Public symbols, by the API reports, that have no page. */
export function missingSymbols(): string[] {
  const pages = readdirSync(dist, { recursive: true, encoding: "utf8" });
  const missing: string[] = [];
  for (const report of readdirSync(etc).filter((name) => name.endsWith(".api.md"))) {
    const entry = report.replace(".api.md", "");
    const text = readFileSync(join(etc, report), "utf8");
    for (const [, name = ""] of text.matchAll(
      /^export (?:declare |abstract )*(?:function|class|interface|type|const) (\w+)/gm,
    )) {
      // A re-export has its page at the entry point that it comes from.
      const isThere = pages.some(
        (page) =>
          /^(functions|classes|interfaces|types|variables)\//.test(page) && page.endsWith(`.${name}.html`),
      );
      if (!isThere) missing.push(`${entry}: ${name}`);
    }
  }
  return missing;
}
