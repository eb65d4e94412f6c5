import type { EngineName } from "../../options/engine.js";
import type { RegionOptions } from "../../options/konnect.js";

/** The options of `verify`. */
export interface VerifyOptions extends RegionOptions {
  keys?: string[] | undefined;
  /** How many failures are shown. */
  failures: number;
  engine: EngineName;
  json?: true | undefined;
  /** Judges what `listen` rejected. */
  rejected?: true | undefined;
  /** Stores what is valid now. */
  accept?: true | undefined;
  fileMode?: number | undefined;
}
