export type {
  ControlPlane,
  ControlPlanePage,
  Destination,
  SigningKey,
  SigningKeys,
  Webhook,
} from "./client/answers.js";
export { type InvalidParameter, KonnectApiError } from "./client/api-error.js";
export { KonnectClient } from "./client/client.js";
export type { components, paths } from "./client/generated.js";
export type { CreateDestinationInput, ListControlPlanesQuery } from "./client/inputs.js";
export type {
  CallOptions,
  KonnectClientOptions,
  Region,
  RetryOptions,
  TokenSource,
} from "./client/options.js";
export type { Pages } from "./client/pages.js";
export * from "./records/index.js";
export * from "./signature/index.js";
