export { checkPipeline, type PipelineCheck, type PipelineReport } from "../workflows/check-pipeline.js";
export type { JobOptions } from "../workflows/common.js";
export {
  type EnsuredWebhook,
  type EnsureWebhookOptions,
  type EnsureWebhookStep,
  ensureWebhook,
} from "../workflows/ensure-webhook.js";
export type { FollowCheckpoint } from "../workflows/follow/checkpoint.js";
export { type FollowOptions, followAuditLogs } from "../workflows/follow/follow-audit-logs.js";
export type { LateRecords } from "../workflows/follow/late-records.js";
export type { Patience } from "../workflows/follow/retry-outages.js";
export {
  type RecoveredGap,
  type RecoverGapOptions,
  type RecoverProgress,
  recoverGap,
  type Span,
  type SuggestedGap,
  suggestGap,
} from "../workflows/recover-gap.js";
export {
  type TeardownOptions,
  type TeardownStep,
  type TornDown,
  teardown,
} from "../workflows/teardown.js";
export {
  type ReplayProgress,
  type WaitForReplayOptions,
  waitForReplay,
} from "../workflows/wait-for-replay.js";
export type { Instant } from "./api/date-time.js";
export type { components, paths } from "./api/generated.js";
export type {
  CreateDestinationInput,
  ListAuditLogsQuery,
  ListControlPlanesQuery,
  ListDestinationsQuery,
  ReplayWindow,
  UpdateDestinationInput,
  UpdateWebhookInput,
} from "./api/requests.js";
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
} from "./api/responses.js";
export { authorizationFor } from "./authorization-for.js";
export { KonnectClient } from "./client.js";
export { type InvalidParameter, KonnectApiError } from "./http/api-error.js";
export type {
  CallOptions,
  KonnectClientOptions,
  Logger,
  Region,
  RetryOptions,
  TokenSource,
} from "./options.js";
export type { Page, Pages } from "./pagination/pages.js";
export type { PortalClient } from "./webhook-methods.js";
