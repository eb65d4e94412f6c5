import { Option } from "@commander-js/extra-typings";

const ENGINES = ["runtime", "wasm"] as const;

/** What verifies signatures: the runtime's own cryptography, or WebAssembly backed by it. */
export type EngineName = (typeof ENGINES)[number];

/** `--engine`. */
export function engineOption() {
  return new Option("--engine <name>", "what verifies: runtime (OpenSSL), or wasm (faster, experimental)")
    .choices(ENGINES)
    .default("runtime" as const);
}
