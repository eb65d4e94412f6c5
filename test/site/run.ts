/**
 * Opens the built site in Chromium: links, anchors, symbols, pictures, the playground, accessibility; no errors and no request
 * to another host. Screenshots go to site/screenshots.
 *
 *   npm run test:site
 */
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { chromium, type Page } from "playwright-core";
import { auditRecord, auditRecords, createSigner } from "../../src/testing/index.js";
import { deadLinks, missingSymbols } from "./links.js";
import { serveSite } from "./serve.js";

const shots = fileURLToPath(new URL("../../site/screenshots", import.meta.url));
mkdirSync(shots, { recursive: true });
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** What TypeDoc's own theme violates. */
const OF_THE_THEME = [
  ...["region", "landmark-one-main", "landmark-unique", "nested-interactive", "heading-order"],
  ...["color-contrast", "link-in-text-block"],
];

let failures = 0;
function check(isSo: boolean, what: string, details: unknown = ""): void {
  console.log(`${isSo ? "✓" : "✗"} ${what}${isSo ? "" : ` ${JSON.stringify(details)}`}`);
  if (!isSo) failures++;
}

const site = await serveSite();
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
const errors: string[] = [];
const elsewhere: string[] = [];

async function open(path: string, colorScheme: "light" | "dark" = "light"): Promise<Page> {
  const context = await browser.newContext({ colorScheme, viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  page.on("console", (message) => message.type() === "error" && errors.push(`${path}: ${message.text()}`));
  page.on("pageerror", (error) => errors.push(`${path}: ${error.message}`));
  page.on("request", (request) => {
    if (!request.url().startsWith(site.url) && !request.url().startsWith("data:"))
      elsewhere.push(request.url());
  });
  await page.goto(site.url + path);
  return page;
}

async function violations(page: Page, exempt: string[] = []): Promise<string[]> {
  await page.evaluate(axe);
  const found = (await page.evaluate("axe.run()")) as {
    violations: { id: string; nodes: { html: string }[] }[];
  };
  return found.violations
    .filter(({ id }) => !exempt.includes(id))
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 150)}`);
}

check(deadLinks().length === 0, "every link and anchor leads somewhere", deadLinks().slice(0, 5));
check(missingSymbols().length === 0, "every public symbol has a page", missingSymbols().slice(0, 5));

for (const scheme of ["light", "dark"] as const) {
  const home = await open("/", scheme);
  await home.waitForSelector("html[data-mermaid=drawn]", { timeout: 60_000 });
  check(
    (await home.locator("div.mermaid svg").count()) > 0,
    `the picture of the README is drawn (${scheme})`,
  );
  await home.screenshot({ path: `${shots}/home-${scheme}.png` });
  const problems = await violations(home, OF_THE_THEME);
  check(problems.length === 0, `the first page passes axe (${scheme})`, problems);
  await home.context().close();
}
for (const path of ["/documents/docs_receiving.html", "/functions/index.parseAuditRecord.html"]) {
  const page = await open(path);
  await page.screenshot({ path: `${shots}/${path.split("/").at(-1)!.replace(".html", ".png")}` });
  check((await page.title()) !== "", `${path} opens`);
  await page.context().close();
}

const signer = createSigner("playground");
const good = auditRecord({ signer, user_agent: "Mozilla/5.0" });
const page = await open("/playground.html");
await page.waitForSelector("html[data-ready]");
const badge = (text: string) =>
  page.locator(".badge", { hasText: text }).first().waitFor({ timeout: 30_000 });
const verdict = (status: string) => page.locator(`.badge.${status}`).first().waitFor({ timeout: 30_000 });
await verdict("valid");
check(true, "the playground begins with a signed example that is valid");
await page.screenshot({ path: `${shots}/playground-light.png`, fullPage: true });
check((await violations(page)).length === 0, "the playground passes axe", await violations(page));
await page.click("#flip");
await verdict("invalid");
check(true, "one flipped bit is invalid");
await page.screenshot({ path: `${shots}/playground-invalid.png`, fullPage: true });
for (const [kind, format] of [
  ["authorization", "cef"],
  ["access", "json"],
  ["authentication", "cps"],
] as const) {
  await page.selectOption("#kind", kind);
  await page.selectOption("#format", format);
  await page.click("#make");
  await verdict("valid");
  await page.locator("h2", { hasText: `1. ${kind}` }).waitFor();
  const shown = await page.locator("pre.raw").first().textContent();
  check(shown === (await page.inputValue("#record")), `a ${format} example is shown character by character`);
  await page.click("#inject");
  // A JSON string cannot be left: only CEF is ambiguous.
  if (format === "cef") await badge("may be injected: granted in user_agent");
  const marked = await page.locator("pre .injected").count();
  check(
    marked === (format === "cef" ? 2 : 0),
    `fields injected into ${format} are marked where they can mislead`,
    marked,
  );
  await verdict("valid");
  await page.screenshot({ path: `${shots}/playground-injected-${format}.png`, fullPage: true });
}
await page.selectOption("#format", "pulled");
await page.click("#make");
await badge("PULL");
check(true, "a pulled record is shown");
await page.click("summary");
await page.fill("#keys", JSON.stringify(signer.jwks));
await page.fill(
  "#record",
  [good, good.replace("granted=true", "granted=false"), "<img src=x onerror=alert(1)>"].join("\n"),
);
await page.locator("h2", { hasText: "3. Not a record" }).waitFor();
await verdict("invalid");
check((await page.locator("#results img").count()) === 0, "text of a record is never HTML");
check(
  /3 records: 1 valid, 1 invalid, 1 not a record/.test((await page.textContent("#status")) ?? ""),
  "a paste of three lines is counted",
  await page.textContent("#status"),
);
await page.fill("#keys", "{");
await page.waitForFunction("document.getElementById('status').textContent.includes('cannot be used')");
check(true, "a broken key set is explained");
await page.fill("#keys", JSON.stringify(signer.jwks));
await page.click("#share");
await page.waitForFunction("location.hash.includes('record=')");
const shared = await open(`/playground.html${new URL(page.url()).hash}`, "dark");
await shared.locator(".badge.valid").first().waitFor();
check(
  (await shared.inputValue("#record")) === (await page.inputValue("#record")),
  "a link restores records and keys",
);
await shared.screenshot({ path: `${shots}/playground-dark.png`, fullPage: true });
check((await violations(shared)).length === 0, "the dark playground passes axe", await violations(shared));
const archive = gzipSync([...auditRecords(1_200, { signer }), "garbage"].join("\n"));
await page.setInputFiles("#file", { name: "audit.log.gz", mimeType: "application/gzip", buffer: archive });
await page.locator("h2", { hasText: "audit.log.gz: 1,201 records" }).waitFor();
check(
  (await page.locator(".badge", { hasText: "valid: 1,200" }).count()) === 1,
  "a file is counted by type and status",
);
await page.screenshot({ path: `${shots}/playground-file.png` });
check((await violations(page)).length === 0, "the table of a file passes axe", await violations(page));
await page.keyboard.press("Tab");
check(errors.length === 0, "no page has an error", errors.slice(0, 5));
check(elsewhere.length === 0, "no page asks another host", elsewhere.slice(0, 5));
await browser.close();
await site.close();
process.exit(failures === 0 ? 0 : 1);
