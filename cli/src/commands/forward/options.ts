import type { ServiceOptions } from "../../options/service.js";
import type { TargetSettings } from "../../options/targets.js";
import type { Item } from "../../targets/target.js";
import type { Tally } from "./tally.js";

/** The options of `forward`. */
export interface ForwardOptions extends ServiceOptions, TargetSettings {
  jetstream?: string | undefined;
  name?: string | undefined;
  follow?: true | undefined;
  test?: true | undefined;
  resend?: true | undefined;
  forget?: string | undefined;
  state?: string | undefined;
  deadLetter?: string | undefined;
  batch?: number | undefined;
  /** In ms. */
  minWait: number;
  fileMode?: number | undefined;
}

/** Sends records to the target, and counts what becomes of them. */
export interface Forwarder {
  tally: Tally;
  /** Called when something was read, whether or not it had records. */
  onRead: () => void;
  /** Adds to `done` the ids of the records that need nothing more, also if it fails. */
  send: (items: Item[], done?: Set<string>) => Promise<void>;
}
