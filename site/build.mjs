// Builds the site into site/dist: guides and API reference by TypeDoc, the playground, llms.txt and llms-full.txt.
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { Application } from "typedoc";
import options from "./typedoc.config.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const out = `${root}site/dist`;
const read = (path) => readFileSync(`${root}${path}`, "utf8");

rmSync(out, { recursive: true, force: true });
const app = await Application.bootstrapWithPlugins(options);
const project = await app.convert();
if (!project) process.exit(1);
await app.generateOutputs(project);
if (app.logger.hasErrors() || app.logger.hasWarnings()) process.exit(1);

// TypeDoc writes the link to the playground as it stands in the options, also into the pages of folders.
for (const page of readdirSync(out, { recursive: true, encoding: "utf8" }).filter((name) =>
  /\/.*\.html$/.test(name),
)) {
  const html = readFileSync(`${out}/${page}`, "utf8");
  writeFileSync(`${out}/${page}`, html.replaceAll('href="playground.html"', 'href="../playground.html"'));
}

await build({
  entryPoints: [`${root}site/playground/main.ts`],
  outfile: `${out}/playground.js`,
  bundle: true,
  minify: true,
  format: "esm",
  platform: "browser",
  target: "es2022",
});
copyFileSync(`${root}site/playground/index.html`, `${out}/playground.html`);
copyFileSync(`${root}site/playground/playground.css`, `${out}/playground.css`);
copyFileSync(`${root}node_modules/mermaid/dist/mermaid.min.js`, `${out}/assets/mermaid.min.js`);

const guides = [
  ...readdirSync(`${root}docs`, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .sort()
    .map((name) => `docs/${name}`),
  ...["cli/README.md", "SECURITY.md", "CHANGELOG.md"],
];
const titleOf = (text) => /^# (.+)$/m.exec(text)[1];
const firstParagraph = (text) =>
  text
    .split("\n\n")
    .find((part) => /^[A-Z]/.test(part))
    .replaceAll("\n", " ");
const readme = read("README.md");
const { exports: entries, description } = JSON.parse(read("package.json"));
const lines = [
  `# ${titleOf(readme)}\n\n> ${description}\n`,
  "## Guides\n",
  ...guides.map((path) => `- ${titleOf(read(path))} (${path}): ${firstParagraph(read(path))}`),
  "\n## Entry points\n",
  ...Object.keys(entries)
    .filter((entry) => entry !== "./package.json")
    .map(
      (entry) =>
        `- konnect-audit-logs${entry.slice(1)}: modules/${entry === "." ? "index" : entry.slice(2)}.html`,
    ),
  "\n## Everything in one file\n\n- llms-full.txt: the README and all guides",
];
writeFileSync(`${out}/llms.txt`, `${lines.join("\n")}\n`);
writeFileSync(`${out}/llms-full.txt`, [readme, ...guides.map(read)].join("\n\n---\n\n"));
