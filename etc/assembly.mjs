// Compiles the AssemblyScript of src/wasm/assembly.
import { readdirSync, readFileSync } from "node:fs";
import asc from "assemblyscript/asc";

const folder = new URL("../src/wasm/assembly/", import.meta.url);

/** The bytes of the module. `more` adds files by name. */
export async function compile(entry, more = {}) {
  const names = readdirSync(folder).filter((name) => name.endsWith(".ts"));
  const sources = { ...more };
  for (const name of names) sources[name] = readFileSync(new URL(name, folder), "utf8");
  let binary;
  const { error, stderr } = await asc.main(
    [entry, "--enable", "simd", "--runtime", "stub", "-O3", "--outFile", "out.wasm"],
    {
      readFile: (name) => sources[name] ?? null,
      writeFile: (_, contents) => {
        binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`${error.message}\n${stderr}`);
  return binary;
}
