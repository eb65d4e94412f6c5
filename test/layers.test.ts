import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

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
  "any-konnect-error": ["errors", "shared", "records"],
  testing: ["errors", "shared", "records", "signature", "client"],
  zod: [],
  openapi: ["client"],
  index: ["errors", "any-konnect-error", "records", "signature", "client", "workflows"],
};
/** The rooms of the command line, and what each may import. Everything may import what is not in a room, except the program. */
const ROOMS: Record<string, string[]> = {
  output: ["options"],
  options: [],
  konnect: ["options", "output"],
  service: ["options"],
  archive: ["output"],
  query: ["options", "output"],
  inputs: ["archive", "output"],
  pulled: ["archive", "options"],
  targets: ["konnect", "options", "output"],
  jetstream: ["archive", "output", "targets"],
  commands: [
    "archive",
    "inputs",
    "jetstream",
    "konnect",
    "options",
    "output",
    "pulled",
    "query",
    "service",
    "targets",
  ],
};
const SHARED = ["context.ts", "errors.ts", "exit.ts"];
/** The layers that may import Node modules, which workers lack. */
const NODE_LAYERS = ["receiver", "testing"];

/** The modules of a folder, and what each imports. */
function modulesOf(folder: string) {
  const root = fileURLToPath(new URL(folder, import.meta.url));
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  const imports = new Map(
    files.map((file) => {
      const code = readFileSync(join(root, file), "utf8");
      const names = [
        ...code.matchAll(/^(?:import|export)\b[^;]*?\bfrom "([^"]+)"|(?<!typeof )\bimport\("([^"]+)"\)/gm),
      ];
      return [file, names.map(([, name, loaded]) => name ?? loaded!)] as const;
    }),
  );
  /** The files of the folder that a file imports. */
  const local = (file: string) =>
    imports
      .get(file)!
      .filter((name) => name.startsWith(".") && !name.endsWith(".json"))
      .map((name) => relative(root, join(root, dirname(file), name.replace(/(\.js)?$/, ".ts"))));
  return { files, imports, local };
}

const src = modulesOf("../src");
const cli = modulesOf("../cli/src");
const layerOf = (file: string) => file.split("/")[0]!.replace(/\.ts$/, "");

describe("the layers", () => {
  it.each(src.files)("%s imports lower layers only", (file) => {
    const layer = layerOf(file);
    for (const imported of src.local(file)) {
      expect(src.files).toContain(imported);
      expect([layer, ...LAYERS[layer]!]).toContain(layerOf(imported));
    }
    if (!NODE_LAYERS.includes(layer))
      expect(src.imports.get(file)!.filter((name) => name.startsWith("node:"))).toEqual([]);
  });
});

describe("imports form no cycle", () => {
  it.each([
    ["src", src],
    ["cli/src", cli],
  ])("in %s", (_, { files, local }) => {
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
  it.each(cli.files)("cli/src/%s uses the public entry points of the SDK only", (file) => {
    for (const name of cli.imports.get(file)!)
      if (name.startsWith("konnect-audit-logs"))
        expect(name).toMatch(
          /^konnect-audit-logs(\/(records|signature|wasm|receiver|testing|zod|openapi))?$/,
        );
    for (const imported of cli.local(file)) expect(cli.files).toContain(imported);
  });

  it.each(cli.files)("cli/src/%s imports lower rooms only, and no other command", (file) => {
    const [room = "", command] = file.split("/");
    if (ROOMS[room] === undefined) return;
    for (const imported of cli.local(file)) {
      const [other = "", otherCommand] = imported.split("/");
      if (other === "commands") expect(otherCommand).toBe(command);
      else if (other !== room) expect([...ROOMS[room], ...SHARED]).toContain(other);
    }
  });
});
