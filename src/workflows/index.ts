export { checkPipeline, type PipelineCheck, type PipelineReport } from "./check-pipeline.js";
export type { JobOptions } from "./common.js";
export {
  type EnsuredWebhook,
  type EnsureWebhookOptions,
  type EnsureWebhookStep,
  ensureWebhook,
} from "./ensure-webhook.js";
export type { FollowCheckpoint } from "./follow/checkpoint.js";
export { type FollowOptions, followAuditLogs } from "./follow/follow-audit-logs.js";
export type { LateRecords } from "./follow/late-records.js";
export type { Patience } from "./follow/retry-outages.js";
export {
  type RecoveredGap,
  type RecoverGapOptions,
  type RecoverProgress,
  recoverGap,
  type Span,
  type SuggestedGap,
  suggestGap,
} from "./recover-gap.js";
export {
  type TeardownOptions,
  type TeardownStep,
  type TornDown,
  teardown,
} from "./teardown.js";
export {
  type ReplayProgress,
  type WaitForReplayOptions,
  waitForReplay,
} from "./wait-for-replay.js";
