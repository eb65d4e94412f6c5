import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const src = fileURLToPath(new URL("../src", import.meta.url));

/** Which floors of the house (docs/design.md) each may stand on. */
const FLOORS: Record<string, string[]> = {
  errors: [],
  version: [],
  shared: ["errors"],
  records: ["errors", "shared"],
  signature: ["errors", "shared", "records"],
  receiver: ["errors", "shared", "records", "signature"],
  client: ["errors", "shared", "version"],
  workflows: ["errors", "shared", "client"],
  "any-konnect-error": ["errors", "client", "records"],
  testing: ["errors", "shared", "records", "signature", "client"],
  index: ["errors", "any-konnect-error", "records", "signature", "client", "workflows"],
};
/** Where Node's own modules may be used: workers lack some of them. */
const NODE_FLOORS = ["receiver", "testing"];

const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
const floorOf = (file: string) => file.split("/")[0]!.replace(/\.ts$/, "");
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
    .map((name) => relative(src, join(src, dirname(file), name.replace(/\.js$/, ".ts"))));

describe("the floors of the house", () => {
  it.each(files)("%s stands on lower floors only", (file) => {
    const floor = floorOf(file);
    for (const imported of local(file)) {
      expect(files).toContain(imported);
      expect([floor, ...FLOORS[floor]!]).toContain(floorOf(imported));
    }
    if (!NODE_FLOORS.includes(floor))
      expect(imports.get(file)!.filter((name) => name.startsWith("node:"))).toEqual([]);
  });

  it("have no circle", () => {
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

it.each(["src", "test", "examples", "bench"])("%s is built of files of 250 lines at most", (folder) => {
  const root = fileURLToPath(new URL(`../${folder}`, import.meta.url));
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  for (const file of files.filter((name) => name !== "client/api/generated.ts"))
    expect(readFileSync(join(root, file), "utf8").split("\n").length, file).toBeLessThanOrEqual(251);
});
