import type { ServiceOptions } from "../../options/service.js";
import type { targets } from "../../targets/index.js";
import type { Item } from "../../targets/target.js";
import type { Tally } from "./tally.js";

/** The options of `forward`. */
export interface ForwardOptions extends ServiceOptions {
  to?: keyof typeof targets | undefined;
  url?: string | undefined;
  credentialFile?: string | undefined;
  headerFile?: string | undefined;
  ca?: string | undefined;
  index?: string | undefined;
  group?: string | undefined;
  stream?: string | undefined;
  tenant?: string | undefined;
  jetstream?: string | undefined;
  name?: string | undefined;
  follow?: true | undefined;
  resend?: true | undefined;
  forget?: string | undefined;
  state?: string | undefined;
  deadLetter?: string | undefined;
  batch: number;
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
