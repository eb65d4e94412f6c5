import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { KonnectApiError, KonnectError } from "../../src/index.js";
import { client, clientOver, DESTINATION_ID, input, rejection, TOKEN } from "../support/konnect.js";

async function answered(status: number, body: BodyInit | null, statusText = ""): Promise<KonnectApiError> {
  const { konnect } = clientOver(() => new Response(body, { status, statusText }));
  const error = await rejection(konnect.createDestination(input));
  if (error instanceof KonnectApiError) return error;
  throw error;
}

describe("KonnectApiError", () => {
  it("has what the problem says, and the request", async () => {
    const problem = {
      status: 400,
      title: "Invalid Parameters",
      detail: "Invalid Parameters",
      instance: "konnect:trace:1896611024257578096",
      type: "https://x",
      invalid_parameters: [
        { field: "endpoint", reason: "must start with https://", rule: "matches_regex", source: "body" },
        { field: "log_format", reason: "is one of", rule: "enum", choices: ["cef"] },
      ],
    };
    const error = await answered(400, JSON.stringify(problem));
    expect(error).toBeInstanceOf(KonnectError);
    expect(error).toMatchObject({
      name: "KonnectApiError",
      code: "api",
      status: 400,
      title: "Invalid Parameters",
      detail: "Invalid Parameters",
      traceId: "1896611024257578096",
      method: "POST",
      path: "/v2/audit-log-destinations",
      invalidParameters: problem.invalid_parameters,
    });
    expect(error.message).toBe(
      "POST /v2/audit-log-destinations: 400 Invalid Parameters; Invalid Parameters; endpoint: must start with https://; " +
        "log_format: is one of; trace id 1896611024257578096",
    );
  });

  it.each([
    ["kong:trace:11", "11"],
    ["konnect:trace:2f0c", "2f0c"],
    ["11", undefined],
    ["", undefined],
    [7, undefined],
    [undefined, undefined],
  ])("reads the trace id out of %j", async (instance, traceId) => {
    expect((await answered(404, JSON.stringify({ instance }))).traceId).toBe(traceId);
  });

  it("survives problems without any member, or with members of another type", async () => {
    for (const problem of [
      {},
      { status: "x", title: 7, detail: {}, invalid_parameters: {} },
      [],
      null,
      7,
      "x",
    ]) {
      const error = await answered(400, JSON.stringify(problem), "Bad Request");
      expect(error).toMatchObject({
        status: 400,
        title: undefined,
        detail: undefined,
        invalidParameters: [],
      });
      expect(error.message).toBe("POST /v2/audit-log-destinations: 400 Bad Request");
    }
    expect((await answered(400, '{"invalid_parameters":[null,7,{"field":"a"}]}')).invalidParameters).toEqual([
      { field: "a" },
    ]);
  });

  it("survives HTML, empty, broken and deeply nested bodies, and invalid UTF-8", async () => {
    const nested = `{"detail":${"[".repeat(30_000)}${"]".repeat(30_000)}}`;
    for (const body of [
      "<html><h1>502 Bad Gateway</h1>",
      "",
      null,
      '{"detail":',
      new Uint8Array([0xff, 0xfe]),
      nested,
    ]) {
      expect(await answered(418, body, "Teapot")).toMatchObject({ status: 418, title: undefined });
    }
  });

  it("says what to check after a 401 and a 403", async () => {
    expect((await answered(401, "")).message).toMatch(/check the token/);
    expect((await answered(403, "")).message).toMatch(/may lack a role/);
  });

  it("shows its path without the query", async () => {
    const { konnect } = clientOver(() => new Response("", { status: 400 }));
    expect(await rejection(konnect.listControlPlanes({ labels: "a" }))).toMatchObject({
      path: "/v2/control-planes",
    });
  });
});

describe("secrets", () => {
  const secrets = [TOKEN, input.authorization, input.authorization.split(" ")[1]!];

  /** Everything that a log, a debugger or an error reporter may show of an error. */
  function shown(error: unknown): string {
    const chain: unknown[] = [];
    for (let at = error; at instanceof Error; at = at.cause)
      chain.push(at.stack, String(at), JSON.stringify(at), { ...at });
    return (
      inspect([error, ...chain], { showHidden: true, depth: 20, getters: true, maxStringLength: null }) +
      JSON.stringify(error)
    );
  }

  function expectHidden(error: unknown): void {
    expect(error).toBeInstanceOf(KonnectError);
    for (const secret of secrets) {
      expect(shown(error)).not.toContain(secret);
      expect(shown(error)).not.toContain(encodeURIComponent(secret));
    }
  }

  it("show in no error, wherever the server echoes them", async () => {
    for (const secret of [...secrets, encodeURIComponent(input.authorization)]) {
      for (const status of [400, 401, 418]) {
        const problem = {
          title: `t ${secret}`,
          detail: `d ${secret} ${secret}`,
          instance: `kong:trace:${secret}`,
          invalid_parameters: [{ field: secret, reason: secret, [secret]: { nested: [secret] } }],
        };
        const error = await answered(status, JSON.stringify(problem), secret);
        expectHidden(error);
        expect(error.detail).toMatch(/\[redacted\]/);
        // The same, written with JSON's escapes.
        const escaped = [...`"x ${secret}"`.slice(1, -1)].map(
          (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
        );
        expectHidden(await answered(status, `{"detail":"${escaped.join("")}"}`));
      }
    }
  });

  it("never appear in an error, whatever a fetch function throws", async () => {
    const makers: ((request: Request) => unknown)[] = [
      (request) =>
        Object.assign(new TypeError("fetch failed"), {
          request,
          headers: Object.fromEntries(request.headers),
        }),
      (request) => new Error(`no match for ${request.headers.get("authorization")}`),
      (request) => `refused: ${request.headers.get("authorization")}`,
      (request) => ({ token: request.headers.get("authorization") }),
      (request) =>
        new TypeError("fetch failed", {
          cause: Object.assign(new Error(`bad header ${request.headers.get("authorization")}`), {
            code: TOKEN,
            name: TOKEN,
            cause: new Error(input.authorization),
          }),
        }),
    ];
    for (const make of makers) {
      const { konnect } = clientOver((request) => Promise.reject(make(request)));
      expectHidden(await rejection(konnect.createDestination(input)));
    }
  });

  it("show in no error of an answer that cannot be used", async () => {
    const { konnect } = clientOver(() => new Response(`<html>${secrets.join()}`));
    expectHidden(await rejection(konnect.createDestination(input)));
    const { konnect: other } = clientOver(() => Response.json({ id: 7, name: secrets.join() }));
    expectHidden(await rejection(other.createDestination(input)));
  });

  it("show in no reason phrase, in no encoding, and not where one secret begins another", async () => {
    const authorizations = [
      "Basic dXNlcjpwYXNzd29yZA==",
      'Key a"b\\c-0123456789',
      `Bearer ${TOKEN}-and-more`,
      TOKEN.slice(0, -8),
    ];
    for (const authorization of authorizations) {
      const bare = authorization.split(" ").pop()!;
      const { konnect } = clientOver(
        () => new Response("<html>", { status: 400, statusText: encodeURIComponent(bare) }),
      );
      const error = await rejection(konnect.createDestination({ ...input, authorization }));
      expect(shown(error)).not.toContain(encodeURIComponent(bare));
      const { konnect: other } = clientOver(async (request) => {
        throw new Error(`cannot send ${await request.text()} with ${request.headers.get("authorization")}`);
      });
      const thrown = shown(await rejection(other.createDestination({ ...input, authorization })));
      for (const part of [JSON.stringify(bare).slice(1, -1), TOKEN.slice(-8), "and-more"])
        expect(thrown).not.toContain(part);
    }
  });

  it("that are too short to be any do not hide the names of a problem's members", async () => {
    const { konnect } = clientOver(() => new Response('{"detail":"declined","title":"T"}', { status: 400 }));
    const error = await rejection(konnect.createDestination({ ...input, authorization: "de" }));
    expect(error).toMatchObject({ detail: "declined", title: "T" });
  });

  it("show in no refusal of the input", async () => {
    const wrong = {
      ...input,
      authorization: `${input.authorization}\n${TOKEN}`,
      endpoint: `x://${TOKEN}`,
      log_format: TOKEN,
    };
    expectHidden(await rejection(client().createDestination(wrong as never)));
    expectHidden(await rejection(client().enableWebhook(TOKEN)));
  });

  it("keep the causes that help: message, code, name", async () => {
    const cause = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:9"), { code: "ECONNREFUSED" });
    const { konnect } = clientOver(() => Promise.reject(new TypeError("fetch failed", { cause })));
    const error = await rejection(konnect.enableWebhook(DESTINATION_ID));
    expect(error.message).toBe(
      "PATCH /v3/audit-log-webhook could not be sent or answered: connect ECONNREFUSED 127.0.0.1:9",
    );
    expect(error.cause).toMatchObject({
      name: "TypeError",
      message: "fetch failed",
      cause: { code: "ECONNREFUSED" },
    });
  });
});
