export { type ApiErrorInit, type InvalidParameter, KonnectApiError } from "../shared/api-error.js";
export type { JsonWebKey, JsonWebKeySet } from "../shared/json-web-key.js";
export type { Timestamp } from "./api/date-time.js";
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
  AccessLog,
  AuditLog,
  AuditLogPage,
  AuthenticationLog,
  AuthorizationLog,
  ControlPlane,
  ControlPlanePage,
  Destination,
  DestinationPage,
  PortalWebhook,
  ReplayJob,
  UnknownAuditLog,
  Webhook,
  WebhookStatus,
} from "./api/responses.js";
export { authorizationFor } from "./authorization-for.js";
export { KonnectClient } from "./client.js";
export type { AttemptEvent, ClientHooks, ResponseEvent, RetryEvent } from "./hooks.js";
export type {
  CallOptions,
  KonnectClientOptions,
  Logger,
  RetryOptions,
  TokenSource,
} from "./options.js";
export type { Page, Pages } from "./pagination/pages.js";
export type { PortalClient, WebhookMethods } from "./webhook-methods.js";
