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
export * from "./records/index.js";
export * from "./signature/index.js";
