import { Option } from "@commander-js/extra-typings";

const ENGINES = ["wasm", "runtime"] as const;

/** What verifies signatures: WebAssembly, backed by the runtime's own cryptography, or that alone. */
export type EngineName = (typeof ENGINES)[number];

/** `--engine`. */
export function engineOption() {
  return new Option("--engine <name>", "what verifies: wasm (faster) or runtime (OpenSSL alone)")
    .choices(ENGINES)
    .default("wasm" as const);
}
