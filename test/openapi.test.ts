import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { VERSION } from "../src/version.js";
import { client, clientOver, rejection, TOKEN } from "./support/konnect.js";

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");

interface Operation {
  operationId: string;
  security?: unknown[];
}
const paths: Record<string, Record<string, Operation>> = parse(read("openapi/konnect-audit-logs.yaml")).paths;
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    path,
    method: method.toUpperCase(),
    ...operation,
  })),
);

describe("the OpenAPI description", () => {
  it.each(operations)(
    "$method $path carries its version, and the token exactly where the description says",
    async (operation) => {
      expect(operation.path).toMatch(/^\/v[23]\//);
      const { konnect, requests } = clientOver(() => Response.json({}));
      await konnect.api.request(
        operation.method.toLowerCase() as "get",
        operation.path as never,
        {} as never,
      );
      const authorization = operation.security?.length === 0 ? null : `Bearer ${TOKEN}`;
      expect(requests[0]?.headers.get("authorization")).toBe(authorization);
      expect(requests[0]?.method).toBe(operation.method);
    },
  );

  it("gives each operation a name of its own", () => {
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  });
});

it("VERSION is the package's", () => {
  expect(VERSION).toBe(JSON.parse(read("package.json")).version);
});

it("types refuse what the description does not have", async () => {
  const konnect = client({ fetch: async () => Response.json({ id: "x", data: [] }) });
  const other = { name: "x", endpoint: "https://x", authorization: "x", log_format: "xml" } as const;
  // @ts-expect-error log_format is one of three
  await rejection(konnect.createDestination(other));
  // @ts-expect-error there is no such filter
  await konnect.listControlPlanes({ filter: { colour: { eq: "red" } } });
  // @ts-expect-error there is no such path
  await konnect.api.GET("/v2/audit-log");
});
