import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { auditRecord } from "konnect-audit-logs/testing";
import { describe, expect, it } from "vitest";
import { cleanup } from "../../../test/support/cleanup.js";
import { hasNats, startNats } from "../../../test/support/nats.js";
import { environment } from "../support/commands.js";
import { openTestSink } from "../support/jetstream.js";
import { received } from "../support/received.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** Starts examples/consume-from-jetstream.ts. */
function consume(url: string) {
  const child = spawn(process.execPath, ["--import", "tsx", "examples/consume-from-jetstream.ts"], {
    cwd: root,
    env: environment({ NATS_URL: url }),
  });
  const state = { output: "" };
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      state.output += chunk;
    });
  const closed = once(child, "close");
  const stop = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await closed;
  };
  cleanup(() => stop("SIGKILL"));
  return { state, stop };
}

const record = (seed: string, more = {}) => received(auditRecord({ seed, ...more }));

describe.skipIf(!hasNats)("the consumer of JetStream", () => {
  it("gets each record once, across a kill", async () => {
    const nats = await startNats();
    cleanup(() => nats.close());
    const sink = await openTestSink(nats.url);
    cleanup(() => sink.close());
    await sink.append([record("denied", { granted: false }), received("no record")]);
    const first = consume(nats.url);
    await expect.poll(() => first.state.output).toMatch(/^2 not a record: no_record/m);
    expect(first.state.output).toMatch(/^1 \S+ authorization Authz\.\S+ authorization_denied \(medium\)/);
    // Time for the acknowledgements to arrive.
    await new Promise((resolve) => setTimeout(resolve, 300));
    await first.stop("SIGKILL");
    await sink.append([record("later")]);
    const second = consume(nats.url);
    await expect.poll(() => second.state.output).toMatch(/^3 /m);
    expect(second.state.output).not.toMatch(/^1 /m);
    await second.stop("SIGTERM");
  });

  it("continues when the server was killed and is back", async () => {
    const nats = await startNats();
    cleanup(() => nats.close());
    const sink = await openTestSink(nats.url);
    cleanup(() => sink.close());
    await sink.append([record("before")]);
    const { state, stop } = consume(nats.url);
    await expect.poll(() => state.output).toMatch(/^1 /m);
    await nats.kill();
    await nats.start();
    const publish = () =>
      sink.append([record("after")]).then(
        () => true,
        () => false,
      );
    await expect.poll(publish).toBe(true);
    await expect.poll(() => state.output).toMatch(/^2 /m);
    await stop("SIGTERM");
  });
});
