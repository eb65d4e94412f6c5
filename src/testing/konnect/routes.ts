import { destinationRoutes } from "./destinations.js";
import { pageOfControlPlanes } from "./listing.js";
import { Problem } from "./problem.js";
import { auditLogRoute } from "./pull.js";
import { replayRoutes } from "./replay.js";
import type { FindChannel, Route } from "./route.js";
import { webhookRoutes, webhookV2Routes } from "./webhooks.js";

const region: FindChannel = ({ state }) => state.region;
const portal: FindChannel = ({ state, path }) => {
  const found = state.portals.get(path.portalId ?? "");
  if (found === undefined) throw new Problem(404, "No such portal");
  return found;
};

const routes: readonly Route[] = [
  ...destinationRoutes("/v2/audit-log-destinations"),
  ...destinationRoutes("/v3/audit-log-destinations"),
  ...webhookV2Routes,
  ...webhookRoutes("/v3", region),
  ...replayRoutes("/v2", region),
  ...replayRoutes("/v3", region),
  ...webhookRoutes("/v3/portals/{portalId}", portal),
  ...replayRoutes("/v3/portals/{portalId}", portal),
  auditLogRoute,
  {
    method: "GET",
    path: "/v2/audit-log-webhook/jwks.json",
    resource: "audit-log-webhook",
    action: "retrieve",
    isPublic: true,
    handle: ({ state }) => ({ status: 200, body: state.signer.jwks }),
  },
  {
    method: "GET",
    path: "/v2/control-planes",
    resource: "control-planes",
    action: "list",
    handle: ({ state, query }) => ({
      status: 200,
      body: pageOfControlPlanes(state.controlPlanes, query),
    }),
  },
];

/** The route of a request, and the ids in its path. */
export function findRoute(
  method: string,
  path: string,
): { route: Route | undefined; path: Record<string, string> } {
  const segments = path.split("/");
  for (const route of routes) {
    const template = route.path.split("/");
    if (route.method !== method || template.length !== segments.length) continue;
    const ids: Record<string, string> = {};
    const fits = template.every((expected, i) => {
      const segment = segments[i] ?? "";
      if (!expected.startsWith("{")) return expected === segment;
      ids[expected.slice(1, -1)] = segment;
      return true;
    });
    if (fits) return { route, path: ids };
  }
  return { route: undefined, path: {} };
}
