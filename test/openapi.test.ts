import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { VERSION } from "../src/version.js";
import { client, clientOver, DESTINATION_ID, rejection, TOKEN } from "./support/konnect.js";

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");

interface Schema {
  $ref?: string;
  description?: string;
  properties?: Record<string, Schema>;
  [keyword: string]: unknown;
}
interface Operation {
  operationId: string;
  summary?: string;
  description?: string;
  tags: string[];
  security?: unknown[];
}
const description = parse(read("openapi/konnect-audit-logs.yaml"));
const paths: Record<string, Record<string, Operation>> = description.paths;
const methods = ["get", "post", "put", "patch", "delete"];
const operations = Object.entries(paths).flatMap(([path, item]) =>
  Object.entries(item)
    .filter(([method]) => methods.includes(method))
    .map(([method, operation]) => ({ path, method: method.toUpperCase(), ...operation })),
);

describe("the OpenAPI description", () => {
  it("has the 30 operations that Konnect publishes, each with a name, a summary and a description", () => {
    expect(operations).toHaveLength(30);
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(30);
    for (const { operationId, summary, description } of operations)
      expect([summary, description], operationId).toEqual([
        expect.stringMatching(/\w{3}/),
        expect.stringMatching(/\.$/),
      ]);
  });

  it("says what every member of every schema is", () => {
    const silent: string[] = [];
    const walk = (node: unknown, at: string) => {
      if (typeof node !== "object" || node === null) return;
      const { properties } = node as Schema;
      for (const [name, member] of Object.entries(properties ?? {})) {
        const referred = member.$ref && description.components.schemas[member.$ref.split("/").at(-1) ?? ""];
        if (!(referred ?? member).description) silent.push(`${at}/${name}`);
      }
      for (const [key, inner] of Object.entries(node)) walk(inner, `${at}/${key}`);
    };
    walk(description.components, "");
    expect(silent).toEqual([]);
  });

  it("declares its tags in the order of its operations", () => {
    const declared = description.tags.map(({ name }: { name: string }) => name);
    expect([...new Set(operations.flatMap(({ tags }) => tags))]).toEqual(declared);
  });

  it.each(operations)(
    "$method $path carries its version, and the token exactly where the description says",
    async (operation) => {
      expect(operation.path).toMatch(/^\/v[23]\//);
      const { konnect, requests } = clientOver(() => Response.json({}));
      await konnect.api.request(
        operation.method.toLowerCase() as "get",
        operation.path as never,
        { params: { path: { id: DESTINATION_ID, portalId: DESTINATION_ID } } } as never,
      );
      const authorization = operation.security?.length === 0 ? null : `Bearer ${TOKEN}`;
      expect(requests[0]?.headers.get("authorization")).toBe(authorization);
      expect(requests[0]?.method).toBe(operation.method);
    },
  );

  it("keeps a source for each departure", () => {
    const { values, statuses, missing } = description["x-departures"];
    for (const departure of [...values, ...statuses, ...missing]) {
      expect(departure.source).toMatch(/\w{3}/);
      if (departure.schema) expect(description.components.schemas).toHaveProperty([departure.schema]);
    }
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
