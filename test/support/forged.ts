/** The value that each injected field has in the tests. */
export const FORGED: Record<string, string> = {
  rt: "1000000000000",
  src: "203.0.113.66",
  request: "/forged",
  act: "GET",
  status: "200",
  action: "list",
  granted: "true",
  success: "true",
  org_id: "org-forged",
  portal_id: "portal-forged",
  principal_id: "principal-forged",
  principal_name: "name-forged",
  actor_id: "actor-forged",
  kong_initiated: "true",
  trace_id: "trace-forged",
  user_agent: "forged/6.6",
  query: "forged",
};
export const OPTIONAL = ["portal_id", "actor_id", "kong_initiated", "principal_name"];
