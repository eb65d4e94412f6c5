import type { Match, VerifyEngine } from "../signature/engine.js";
import { MODULE, THREAD_SOURCE } from "./generated.js";
import { createInstance } from "./instance.js";

/** The options of `wasmEngine`. */
export interface WasmEngineOptions {
  /**
   * Called if the engine cannot run here, or is disabled because it gave a wrong answer. Default: a process warning
   * (`process.emitWarning`), where there is one.
   */
  onInactive?: ((reason: string) => void) | undefined;
}

/** Of this process. An engine that was wrong once is not asked again. */
const state = { disabled: undefined as string | undefined };

/**
 * Creates an engine that verifies Ed25519 signatures several times as fast as OpenSSL, with precomputed tables in WebAssembly (SIMD).
 *
 * The engine uses 5 MB, and 1.6 MB for each signing key, of which it keeps eight. Where WebAssembly cannot be compiled (Cloudflare Workers,
 * pages without `wasm-unsafe-eval`), `isActive` is false, and the runtime's own cryptography serves.
 *
 * @example
 * ```ts
 * const verifier = createVerifier({ keys: () => konnect.getSigningKeys(), engine: wasmEngine() });
 * ```
 */
export function wasmEngine(options: WasmEngineOptions = {}): VerifyEngine {
  const { onInactive = warn } = options;
  const started = state.disabled === undefined ? start() : state.disabled;
  if (typeof started === "string") onInactive(started);
  const reason = () => (typeof started === "string" ? started : state.disabled);
  return {
    get isActive() {
      return reason() === undefined;
    },
    get reason() {
      return reason();
    },
    match(records, keys) {
      if (typeof started === "string") return new Int32Array(records.rows.length / 4);
      return started.match(records, keys);
    },
    get thread() {
      return { source: THREAD_SOURCE, module: typeof started === "string" ? undefined : started.module };
    },
    disable(why) {
      if (state.disabled !== undefined) return;
      state.disabled = why;
      onInactive(why);
    },
  };
}

/** The engine, or why it cannot run here. */
function start(): { module: WebAssembly.Module; match: Match } | string {
  try {
    const module = new WebAssembly.Module(Uint8Array.from(atob(MODULE), (letter) => letter.charCodeAt(0)));
    return { module, match: createInstance(module) };
  } catch (error) {
    return `WebAssembly does not work here: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function warn(reason: string): void {
  globalThis.process?.emitWarning?.(`konnect-audit-logs: the WebAssembly engine is not active: ${reason}`, {
    code: "KONNECT_AUDIT_WASM",
  });
}
