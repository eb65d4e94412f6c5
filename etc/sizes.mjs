// Bundles each entry point and the imports that people use most from the built package, and writes their sizes to
// docs/size.md. Fails if one is over its budget; with --check also if the document is out of date.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const file = new URL("../docs/size.md", import.meta.url);
const isCheck = process.argv.includes("--check");

/** What is imported, from where, and the most bytes of its minified bundle. */
const IMPORTS = [
  ["*", "konnect-audit-logs", 150_000],
  ["*", "konnect-audit-logs/records", 39_000],
  ["*", "konnect-audit-logs/signature", 41_000],
  ["*", "konnect-audit-logs/wasm", 26_000],
  ["*", "konnect-audit-logs/receiver", 42_000],
  ["*", "konnect-audit-logs/testing", 64_000],
  ["parseCef", "konnect-audit-logs", 6_000],
  ["parseAuditRecord", "konnect-audit-logs", 20_000],
  ["createVerifier", "konnect-audit-logs", 40_000],
  ["createReceiver", "konnect-audit-logs/receiver", 42_000],
  ["KonnectClient", "konnect-audit-logs", 75_000],
];

const rows = [];
let failed = false;
for (const [name, from, budget] of IMPORTS) {
  const what = name === "*" ? "* as all" : `{ ${name} as all }`;
  const { outputFiles, warnings } = await build({
    stdin: { contents: `import ${what} from "${from}"; console.log(all);`, resolveDir: root },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    external: ["node:*"],
    write: false,
    logLevel: "silent",
  });
  const { contents } = outputFiles[0];
  const gzip = gzipSync(contents, { level: 9 }).length;
  const kilobytes = (bytes) => (bytes / 1_000).toFixed(1);
  rows.push(
    `| ${`\`${name}\``.padEnd(18)} | ${`\`${from}\``.padEnd(30)} | ${kilobytes(contents.length).padStart(11)} | ${kilobytes(gzip).padStart(4)} | ${kilobytes(budget).padStart(6)} |`,
  );
  if (contents.length > budget || warnings.length > 0) {
    failed = true;
    console.error(`✗ ${name} of ${from}: ${contents.length} bytes, budget ${budget}`);
  }
}
const text = `# Sizes

What a bundler takes from the package: kilobytes of JavaScript with all dependencies, minified by esbuild, and the same with gzip. \`npm run size\`
writes this page, and \`npm test\` fails if it is out of date or a budget is exceeded.

| import             | from                           | minified kB | gzip | budget |
| ------------------ | ------------------------------ | ----------: | ---: | -----: |
${rows.join("\n")}
`;
console.log(rows.join("\n"));
if (!isCheck) writeFileSync(file, text);
else if (readFileSync(file, "utf8") !== text) {
  failed = true;
  console.error("\ndocs/size.md is out of date: run npm run build && npm run size, and review the change");
}
process.exitCode = failed ? 1 : 0;
