export { checkPipeline, type PipelineCheck, type PipelineReport } from "./check-pipeline.js";
export type { JobClient, JobOptions } from "./common.js";
export {
  type EnsureWebhookOptions,
  type EnsureWebhookResult,
  type EnsureWebhookStep,
  ensureWebhook,
} from "./ensure-webhook.js";
export type { FollowCheckpoint } from "./follow/checkpoint.js";
export { type FollowOptions, followAuditLogs } from "./follow/follow-audit-logs.js";
export type { LateRecords } from "./follow/late-records.js";
export type { OutageRetryOptions } from "./follow/retry-outages.js";
export {
  type RecoverGapOptions,
  type RecoverGapResult,
  type RecoverProgress,
  recoverGap,
  type SuggestedGap,
  suggestGap,
  type TimeSpan,
} from "./recover-gap.js";
export {
  type TeardownOptions,
  type TeardownResult,
  type TeardownStep,
  teardown,
} from "./teardown.js";
export {
  type ReplayProgress,
  type WaitForReplayOptions,
  waitForReplay,
} from "./wait-for-replay.js";
