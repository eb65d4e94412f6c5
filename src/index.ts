export type {
  AuditLog,
  AuditLogPage,
  ControlPlane,
  ControlPlanePage,
  Destination,
  DestinationPage,
  PortalWebhook,
  ReplayJob,
  SigningKey,
  SigningKeys,
  UnknownAuditLog,
  Webhook,
  WebhookStatus,
} from "./client/answers.js";
export { type InvalidParameter, KonnectApiError } from "./client/api-error.js";
export { authorizationFor } from "./client/authorization.js";
export { KonnectClient } from "./client/client.js";
export type { components, paths } from "./client/generated.js";
export type {
  CreateDestinationInput,
  ListAuditLogsQuery,
  ListControlPlanesQuery,
  ListDestinationsQuery,
  ReplayWindow,
  UpdateDestinationInput,
  UpdateWebhookInput,
} from "./client/inputs.js";
export type { Instant } from "./client/instant.js";
export type {
  CallOptions,
  KonnectClientOptions,
  Logger,
  Region,
  RetryOptions,
  TokenSource,
} from "./client/options.js";
export type { Page, Pages } from "./client/pages.js";
export type { PortalClient } from "./client/webhook.js";
export { checkPipeline, type PipelineCheck, type PipelineReport } from "./client/workflows/check-pipeline.js";
export type { FollowCheckpoint } from "./client/workflows/checkpoint.js";
export {
  type EnsuredWebhook,
  type EnsureWebhookOptions,
  type EnsureWebhookStep,
  ensureWebhook,
} from "./client/workflows/ensure-webhook.js";
export { type FollowOptions, followAuditLogs } from "./client/workflows/follow-audit-logs.js";
export type { JobOptions } from "./client/workflows/job.js";
export type { LateRecords } from "./client/workflows/late.js";
export type { Patience } from "./client/workflows/patience.js";
export {
  type RecoveredGap,
  type RecoverGapOptions,
  type RecoverProgress,
  recoverGap,
  type Span,
  type SuggestedGap,
  suggestGap,
} from "./client/workflows/recover-gap.js";
export {
  type TeardownOptions,
  type TeardownStep,
  type TornDown,
  teardown,
} from "./client/workflows/teardown.js";
export {
  type ReplayProgress,
  type WaitForReplayOptions,
  waitForReplay,
} from "./client/workflows/wait-for-replay.js";
export * from "./records/index.js";
export { auditEventSchema } from "./records/schema.js";
export * from "./signature/index.js";
