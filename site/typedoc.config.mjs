import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { OptionDefaults } from "typedoc";

const root = fileURLToPath(new URL("..", import.meta.url));

/** @type {Partial<import("typedoc").TypeDocOptions>} */
export default {
  name: "konnect-audit-logs",
  entryPoints: [
    "index",
    "records/index",
    "signature/index",
    "wasm/index",
    "receiver/index",
    "testing/index",
    "zod/index",
  ].map((entry) => `${root}src/${entry}.ts`),
  tsconfig: `${root}tsconfig.json`,
  out: `${root}site/dist`,
  readme: `${root}README.md`,
  projectDocuments: [
    ...readdirSync(`${root}docs`, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".md"))
      .sort()
      .map((name) => `${root}docs/${name}`),
    `${root}cli/README.md`,
    `${root}SECURITY.md`,
    `${root}CONTRIBUTING.md`,
    `${root}CHANGELOG.md`,
  ],
  treatWarningsAsErrors: true,
  excludeInternal: true,
  excludePrivate: true,
  // Two pages of 2.7 MB.
  exclude: [`${root}src/client/api/generated.ts`],
  blockTags: [...OptionDefaults.blockTags, "@description"],
  ignoredHighlightLanguages: ["mermaid", "conf"],
  navigationLinks: { Playground: "playground.html" },
  customJs: `${root}site/mermaid.js`,
  favicon: `${root}site/favicon.svg`,
  includeVersion: true,
  disableSources: true,
  // What KonnectClient.api is typed by; openapi-typescript generates it.
  intentionallyNotExported: ["src/client/api/generated.ts:paths"],
};
