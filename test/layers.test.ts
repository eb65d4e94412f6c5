import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const src = fileURLToPath(new URL("../src", import.meta.url));

/** The layers that each layer may import (docs/design.md). */
const LAYERS: Record<string, string[]> = {
  errors: [],
  version: [],
  shared: ["errors"],
  records: ["errors", "shared"],
  signature: ["errors", "shared", "records"],
  wasm: ["signature"],
  receiver: ["errors", "shared", "records", "signature"],
  client: ["errors", "shared", "version"],
  workflows: ["errors", "shared", "client"],
  "any-konnect-error": ["errors", "client", "records"],
  testing: ["errors", "shared", "records", "signature", "client"],
  index: ["errors", "any-konnect-error", "records", "signature", "client", "workflows"],
};
/** The layers that may import Node modules, which workers lack. */
const NODE_LAYERS = ["receiver", "testing"];

const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
const layerOf = (file: string) => file.split("/")[0]!.replace(/\.ts$/, "");
const imports = new Map(
  files.map((file) => {
    const code = readFileSync(join(src, file), "utf8");
    const names = [...code.matchAll(/^(?:import|export)\b[^;]*?\bfrom "([^"]+)"/gm)].map(([, name]) => name!);
    return [file, names] as const;
  }),
);
const local = (file: string) =>
  imports
    .get(file)!
    .filter((name) => name.startsWith("."))
    .map((name) => relative(src, join(src, dirname(file), name.replace(/(\.js)?$/, ".ts"))));

describe("the layers", () => {
  it.each(files)("%s imports lower layers only", (file) => {
    const layer = layerOf(file);
    for (const imported of local(file)) {
      expect(files).toContain(imported);
      expect([layer, ...LAYERS[layer]!]).toContain(layerOf(imported));
    }
    if (!NODE_LAYERS.includes(layer))
      expect(imports.get(file)!.filter((name) => name.startsWith("node:"))).toEqual([]);
  });

  it("have no cycle", () => {
    const done = new Set<string>();
    const visit = (file: string, path: string[]): void => {
      expect(path, [...path, file].join(" -> ")).not.toContain(file);
      if (done.has(file)) return;
      for (const imported of local(file)) visit(imported, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
  });
});

describe("the command line", () => {
  const cli = fileURLToPath(new URL("../cli/src", import.meta.url));
  const files = readdirSync(cli, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );

  it.each(files)("cli/src/%s uses the public entry points of the SDK only", (file) => {
    const code = readFileSync(join(cli, file), "utf8");
    for (const [, name = ""] of code.matchAll(/(?:\bfrom |\bimport\()"([^"]+)"/g)) {
      if (name.startsWith("konnect-audit-logs"))
        expect(name).toMatch(/^konnect-audit-logs(\/(records|signature|wasm|receiver|testing))?$/);
      if (name.startsWith(".") && name !== "../package.json")
        expect(relative(cli, join(cli, dirname(file), name))).not.toMatch(/^\.\./);
    }
  });
});

it.each(["src", "test", "examples", "bench", "cli/src", "cli/test", "cli/scripts"])(
  "%s is built of files of 250 lines at most",
  (folder) => {
    const root = fileURLToPath(new URL(`../${folder}`, import.meta.url));
    const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".ts"),
    );
    for (const file of files.filter((name) => !name.endsWith("/generated.ts")))
      expect(readFileSync(join(root, file), "utf8").split("\n").length, file).toBeLessThanOrEqual(251);
  },
);
