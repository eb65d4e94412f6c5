import type { TimeOptions } from "../../options/filters.js";
import type { KonnectOptions } from "../../options/konnect.js";

/** The options of `recover`. */
export interface RecoverOptions extends KonnectOptions, TimeOptions {
  pull?: true | undefined;
  out?: string | undefined;
  folder?: string | undefined;
  append?: true | undefined;
  state?: string | undefined;
  fileMode?: number | undefined;
  /** In ms. */
  poll: number;
  portal?: string | undefined;
}
