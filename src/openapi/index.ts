/**
 * The types of the OpenAPI description, for code that uses `konnect.api`. They follow the description and openapi-typescript, and are
 * not covered by semantic versioning.
 * `import type { components } from "konnect-audit-logs/openapi"`, and then `components["schemas"]["StartReplay"]`.
 */
export type { components, operations, paths } from "../client/api/generated.js";
