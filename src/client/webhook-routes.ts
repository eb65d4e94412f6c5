import type { Client } from "openapi-fetch";
import type { components, paths } from "./api/generated.js";

type Schemas = components["schemas"];
type Call = Promise<{ data?: unknown }>;

/** How the requests of one call are sent. */
export type CallInit = { fetch: (request: Request) => Promise<Response> };

/** The operations that a region and a Dev Portal share. */
export interface WebhookRoutes {
  getWebhook(init: CallInit): Call;
  updateWebhook(body: Schemas["WebhookSettings"], init: CallInit): Call;
  deleteWebhook(init: CallInit): Call;
  getStatus(init: CallInit): Call;
  getReplay(init: CallInit): Call;
  startReplay(body: Schemas["StartReplay"], init: CallInit): Call;
}

/** Those of a region. */
export function regionRoutes(api: Client<paths>): WebhookRoutes {
  return {
    getWebhook: (init) => api.GET("/v3/audit-log-webhook", init),
    updateWebhook: (body, init) => api.PATCH("/v3/audit-log-webhook", { body, ...init }),
    deleteWebhook: (init) => api.DELETE("/v3/audit-log-webhook", init),
    getStatus: (init) => api.GET("/v3/audit-log-webhook/status", init),
    getReplay: (init) => api.GET("/v3/audit-log-replay-job", init),
    startReplay: (body, init) => api.PUT("/v3/audit-log-replay-job", { body, ...init }),
  };
}

/** Those of a Dev Portal. */
export function portalRoutes(api: Client<paths>, portalId: string): WebhookRoutes {
  const params = { path: { portalId } };
  return {
    getWebhook: (init) => api.GET("/v3/portals/{portalId}/audit-log-webhook", { params, ...init }),
    updateWebhook: (body, init) =>
      api.PATCH("/v3/portals/{portalId}/audit-log-webhook", { params, body, ...init }),
    deleteWebhook: (init) => api.DELETE("/v3/portals/{portalId}/audit-log-webhook", { params, ...init }),
    getStatus: (init) => api.GET("/v3/portals/{portalId}/audit-log-webhook/status", { params, ...init }),
    getReplay: (init) => api.GET("/v3/portals/{portalId}/audit-log-replay-job", { params, ...init }),
    startReplay: (body, init) =>
      api.PUT("/v3/portals/{portalId}/audit-log-replay-job", { params, body, ...init }),
  };
}
