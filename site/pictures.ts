/**
 * Makes the pictures of the README: the quickstart as SVG, from the text of the README, and the playground as PNG.
 *
 *   npm run pictures (after npm run docs)
 */
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { serveSite } from "../test/site/serve.js";

const out = fileURLToPath(new URL("pictures", import.meta.url));
mkdirSync(out, { recursive: true });

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const output = /^```text\n(.*?)^```/ms.exec(readme)![1]!.trim();
const lines = ["$ npm run quickstart", ...output.split("\n").flatMap(wrapped)];
const [charWidth, lineHeight, padding] = [7.8, 19, 20];
const width = 104 * charWidth + 2 * padding;
const height = lines.length * lineHeight + 2 * padding + 14;
const escapeXml = (text: string) =>
  text.replace(/[&<>]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[c]!);
const rows = lines.map((line, i) => {
  const color = line.startsWith("$") ? "#7ab5ff" : line.startsWith("✓") ? "#8fd9a8" : "#e5ebf1";
  return `<text x="${padding}" y="${padding + 28 + i * lineHeight}" fill="${color}" xml:space="preserve">${escapeXml(line)}</text>`;
});
const dots = ["#ff5f57", "#febc2e", "#28c840"].map(
  (fill, i) => `<circle cx="${22 + i * 18}" cy="16" r="5.5" fill="${fill}"/>`,
);
writeFileSync(
  `${out}/quickstart.svg`,
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" font-family="ui-monospace, monospace" font-size="13">
<title>The quickstart in a terminal</title>
<rect width="100%" height="100%" rx="10" fill="#11161c"/>
${dots.join("")}
${rows.join("\n")}
</svg>
`,
);

function wrapped(line: string): string[] {
  return line.match(/.{1,104}/g) ?? [""];
}

const site = await serveSite();
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: 1100, height: 760 }, colorScheme: "light" });
await page.goto(`${site.url}/playground.html`);
await page.waitForSelector("html[data-ready]");
await page.click("#inject");
await page.locator(".badge.high").first().waitFor();
await page.mouse.move(0, 0);
await page.screenshot({ path: `${out}/playground.png` });
await browser.close();
await site.close();
for (const name of ["quickstart.svg", "playground.png"]) {
  const { size } = statSync(`${out}/${name}`);
  if (size > 200_000) throw new Error(`${name} has ${size} bytes: at most 200,000`);
  console.log(`✓ site/pictures/${name}: ${size} bytes`);
}
