// Writes etc/*.api.md: the public API of each entry point, so that a change of it shows in review.
// `npm run api` writes them; `npm run api -- --check`, part of `npm test`, fails if they are out of date.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Extractor, ExtractorConfig, ExtractorLogLevel } from "@microsoft/api-extractor";

const root = fileURLToPath(new URL("..", import.meta.url));
const { exports, name } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
/** What Konnect's description is generated into, and the helpers that derive types from it: no names of ours. */
const DERIVATION = /"(components|paths|operations|Schemas|Described|Query|OrUndefined)"/;
const isCheck = process.argv.includes("--check");

// The types of the description are not covered by semantic versioning.
const entries = Object.entries(exports).filter(([entry, { import: esm }]) => esm && entry !== "./openapi");
for (const [entry, { import: target }] of entries) {
  const reportFileName = entry === "." ? "index" : entry.slice(2);
  const config = ExtractorConfig.prepare({
    configObjectFullPath: `${root}etc/api-extractor.json`,
    packageJsonFullPath: `${root}package.json`,
    packageJson: { name, version: "0.0.0" },
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: root + target.types.slice(2),
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: "es2022",
            module: "nodenext",
            lib: ["es2022", "dom"],
            types: ["node"],
            strict: true,
          },
          files: [root + target.types.slice(2)],
        },
      },
      apiReport: {
        enabled: true,
        reportFileName: `${reportFileName}.api.md`,
        reportFolder: `${root}etc`,
        reportTempFolder: `${root}node_modules/.cache/api`,
        includeForgottenExports: true,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: "error" } },
        extractorMessageReporting: {
          default: { logLevel: "none" },
          // A type that a public signature names, and nobody can import.
          "ae-forgotten-export": { logLevel: "error", addToApiReportFile: false },
        },
        tsdocMessageReporting: { default: { logLevel: "none" } },
      },
    },
  });
  const { succeeded, apiReportChanged } = Extractor.invoke(config, {
    localBuild: !isCheck,
    messageCallback: (message) => {
      if (message.logLevel === ExtractorLogLevel.Error && DERIVATION.test(message.text))
        message.logLevel = ExtractorLogLevel.None;
      message.handled = message.logLevel !== ExtractorLogLevel.Error;
    },
  });
  if (isCheck && apiReportChanged) {
    process.stderr.write(
      `etc/${reportFileName}.api.md is out of date: run npm run build && npm run api, and review the change\n`,
    );
    process.exitCode = 1;
  } else if (!succeeded) process.exitCode = 1;
}
