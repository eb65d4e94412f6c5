/**
 * One smoke test of the packed tarball in every runtime: it parses the three formats, verifies, calls the simulator, and feeds
 * `receiver.fetch` where Node's modules exist.
 *
 *   npm run test:runtimes [-- node@22 bun deno workerd chromium]
 */
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual, promisify } from "node:util";
import { build } from "esbuild";
import { auditRecord, createSigner, startKonnect } from "../../src/testing/index.js";
import { listen } from "../support/loopback.js";

const shell = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const CHROMIUM = "/usr/bin/chromium";
const TOOLS = ["bun@1.4.5", "deno@2.9.6", "miniflare@4.20260730.0", "playwright-core@1.65.1"];

const folder = mkdtempSync(join(tmpdir(), "runtimes-"));
const server = await startKonnect({ controlPlanes: ["one", "two"] });
const signer = createSigner("runtimes");
const lines = Object.fromEntries(
  (["cef", "json", "cps"] as const).map((format) => [
    format,
    auditRecord({ format, action: "list", signer }),
  ]),
);
/** Serves the keys of the signer, and a page that may call the simulator: browsers insist on one origin. */
const front = await listen(
  createServer(async (request, response) => {
    if (request.url === "/keys.json") return response.end(JSON.stringify(signer.jwks));
    if (request.url === "/page.js") return response.setHeader("content-type", "text/javascript").end(page);
    if (request.url === "/")
      return response
        .setHeader("content-type", "text/html")
        .end('<script type="module" src="/page.js"></script>');
    const headers = { authorization: request.headers.authorization ?? "" };
    const answer = await fetch(server.url + request.url, { headers });
    response.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text());
  }),
);
let page = "";
const config = {
  lines,
  jwks: signer.jwks,
  jwksUrl: `${front.url}/keys.json`,
  baseUrl: server.url,
  token: server.token,
};

const expected = {
  types: ["authorization", "authorization", "authorization"],
  statuses: Array.from({ length: 3 }, () => ["valid", "valid", "invalid"]).flat(),
  read: 3,
  verified: 3,
  planes: ["one", "two"],
  refused: "api 401",
  engine: true,
  fastStatuses: Array.from({ length: 3 }, () => ["valid", "invalid"]).flat(),
};
const receiver = { statuses: [204, 401], seen: Array(3).fill("64 authorization valid") };

const node = (version: string) => async () =>
  JSON.parse(
    (await shell("npx", ["-y", "-p", `node@${version}`, "node", "main.mjs"], { cwd: folder })).stdout,
  );

const runtimes: Record<string, () => Promise<unknown>> = {
  "node@20.19.0": node("20.19.0"),
  "node@22": node("22"),
  "node@24": node("24"),
  "node@26": node("26"),
  bun: async () => JSON.parse((await shell("npx", ["bun", "main.mjs"], { cwd: folder })).stdout),
  deno: async () => {
    const permissions = ["--allow-read", "--allow-env", "--allow-net", "--allow-sys"];
    return JSON.parse(
      (await shell("npx", ["deno", "run", ...permissions, "main.mjs"], { cwd: folder })).stdout,
    );
  },
  workerd: async () => {
    const bundle = await build({
      entryPoints: [join(folder, "worker.mjs")],
      bundle: true,
      format: "esm",
      // What `nodejs_compat` provides stays an import.
      external: ["node:*"],
      conditions: ["workerd"],
      outfile: join(folder, "worker.js"),
    });
    if (bundle.warnings.length > 0) throw new Error(JSON.stringify(bundle.warnings));
    const { Miniflare } = await import(join(folder, "node_modules/miniflare/dist/src/index.js"));
    const worker = new Miniflare({
      modules: [
        { type: "ESModule", path: "worker.js", contents: readFileSync(join(folder, "worker.js"), "utf8") },
      ],
      compatibilityDate: "2026-07-01",
      compatibilityFlags: ["nodejs_compat"],
    });
    try {
      const response = await worker.dispatchFetch("http://worker/", {
        method: "POST",
        body: JSON.stringify(config),
      });
      const text = await response.text();
      if (response.status !== 200) throw new Error(text);
      return JSON.parse(text);
    } finally {
      await worker.dispose();
    }
  },
  chromium: async () => {
    const { outputFiles } = await build({
      entryPoints: [join(folder, "page.mjs")],
      bundle: true,
      format: "esm",
      platform: "browser",
      external: ["node:*"],
      write: false,
    });
    page = outputFiles[0]!.text;
    const { chromium } = await import(join(folder, "node_modules/playwright-core/index.mjs"));
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
    try {
      const tab = await browser.newPage();
      const errors: unknown[] = [];
      tab.on("pageerror", (error: unknown) => errors.push(error));
      await tab.goto(front.url);
      if (errors.length > 0) throw new Error(String(errors));
      await tab.waitForFunction("globalThis.runSmoke");
      const inPage = { ...config, baseUrl: front.url };
      return await tab.evaluate(`runSmoke(${JSON.stringify(inPage)})`);
    } finally {
      await browser.close();
    }
  },
};

const { stdout } = await shell("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
  cwd: root,
});
const tarball = join(folder, JSON.parse(stdout)[0].filename);
cpSync(join(root, "test/runtimes"), folder, { recursive: true });
writeFileSync(
  join(folder, "package.json"),
  JSON.stringify({ name: "consumer", private: true, type: "module" }),
);
writeFileSync(join(folder, "config.json"), JSON.stringify(config));
await shell("npm", ["install", "--no-audit", "--no-fund", "--no-save", tarball, ...TOOLS], { cwd: folder });
const wanted = process.argv.slice(2);
let failed = false;
for (const [name, run] of Object.entries(runtimes)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  if (name === "chromium" && !existsSync(CHROMIUM)) {
    // CI has to have it.
    failed ||= process.env.CI !== undefined;
    console.log(`✗ ${name}: ${CHROMIUM} does not exist: apt-get install chromium`);
    continue;
  }
  const start = performance.now();
  try {
    const result = await run();
    const whole = {
      ...expected,
      // workerd compiles no WebAssembly at run time, so its own cryptography serves.
      ...(name === "workerd" ? { engine: false } : {}),
      ...(name === "chromium" ? {} : { receiver }),
    };
    if (!isDeepStrictEqual(result, whole)) throw new Error(JSON.stringify(result));
    console.log(`✓ ${name} (${((performance.now() - start) / 1_000).toFixed(1)} s)`);
  } catch (error) {
    failed = true;
    const { stderr, message } = error as Error & { stderr?: string };
    console.log(`✗ ${name}: ${stderr || message}`);
  }
}
await Promise.all([server.close(), front.close()]);
rmSync(folder, { recursive: true, force: true });
process.exit(failed ? 1 : 0);
