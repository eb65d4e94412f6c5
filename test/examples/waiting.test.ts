import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { sayWaiting } from "../../examples/waiting.js";
import { auditRecords } from "../../src/testing/index.js";
import { temporaryFolder } from "../support/cleanup.js";
import { start } from "./support.js";

afterEach(() => void vi.restoreAllMocks());
const newFolder = () => {
  const folder = temporaryFolder();
  return folder;
};

describe("a command that waits", () => {
  it("says so at most every ten seconds, and prints no control character", () => {
    const error = vi.spyOn(console, "error").mockImplementation(() => {});
    let now = 0;
    const say = sayWaiting(() => now);
    for (now of [0, 1, 9_999, 10_000, 19_999, 20_000]) say(`waiting \u001b[2J at ${now}`);
    expect(error.mock.calls.flat()).toEqual(
      [0, 10_000, 20_000].map((at) => `! waiting \u{FFFD}[2J at ${at}`),
    );
  });

  it.each([
    [
      "receive-to-jetstream",
      ["--servers", "nats://127.0.0.1:1", "--port", "0"],
      /! waiting for nats:\/\/127\.0\.0\.1:1 \(/,
    ],
    [
      "forward-to-siem",
      ["--target", "otlp", "--url", "http://127.0.0.1:9", "--servers", "nats://127.0.0.1:1"],
      /! waiting for nats:/,
    ],
    [
      "forward-to-siem",
      ["--target", "otlp", "--url", "http://127.0.0.1:1", "audit.log"],
      /! waiting for the target \(/,
    ],
    [
      "pull-to-file",
      ["--out", "pulled.jsonl", "--since", "2026-11-01T00:00:00Z", "--follow"],
      /^! GET \/v[23]\/audit-log/m,
    ],
  ])("%s says what it waits for", async (name, args, said) => {
    const folder = newFolder();
    writeFileSync(join(folder, "audit.log"), `${[...auditRecords(1)].join("\n")}\n`);
    const places = args.map((arg) => (/^(audit\.log|pulled\.jsonl)$/.test(arg) ? join(folder, arg) : arg));
    const more =
      name === "forward-to-siem"
        ? ["--state", join(folder, "state.json"), "--dead-letter", join(folder, "dead.jsonl")]
        : [];
    const variables = {
      SIEM_TOKEN: "x",
      KONNECT_TOKEN: "kpat_x",
      KONNECT_CONTROL_PLANE_URL: "http://127.0.0.1:1",
      KONNECT_REGION: "",
    };
    const { state, stop } = start(name, [...more, ...places], variables);
    await expect.poll(() => state.output).toMatch(said);
    await stop("SIGKILL");
  });
});
