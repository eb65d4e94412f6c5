export { KonnectError, type KonnectErrorCode } from "../errors.js";
export type * from "../records/event/types.js";
export type { RecordSyntaxError, RecordSyntaxReason } from "../records/record-error.js";
export type { Verification } from "../signature/verification.js";
export type { Verifier } from "../signature/verify.js";
export type { VerifiedRecord, VerifyAllOptions } from "../signature/verify-all.js";
export type { Batch, ReceivedRecord } from "./batch.js";
export type { NodeRequest, NodeResponse } from "./node-adapter.js";
export type { AuthorizationSource, ReceiverLogger, ReceiverOptions, Rejected } from "./options.js";
export {
  type DeliveryAuthorization,
  type DeliveryLimits,
  type ReadDeliveryOptions,
  readDelivery,
} from "./read-delivery.js";
export { createReceiver, type Receiver } from "./receiver.js";
export type { ReceiverStats } from "./stats.js";
