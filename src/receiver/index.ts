export { KonnectError, type KonnectErrorCode } from "../errors.js";
export { type Batch, ReceivedRecord } from "./batch.js";
export type { NodeRequest } from "./node-adapter.js";
export type { ReceiverLogger, ReceiverOptions, Rejected } from "./options.js";
export { createReceiver, type Receiver } from "./receiver.js";
export type { ReceiverStats } from "./stats.js";
