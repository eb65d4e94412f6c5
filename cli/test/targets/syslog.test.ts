import { createServer, type Socket } from "node:net";
import { parseAuditRecord } from "konnect-audit-logs/records";
import { createVerifier } from "konnect-audit-logs/signature";
import { auditRecord, auditRecords, createSigner } from "konnect-audit-logs/testing";
import { describe, expect, it } from "vitest";
import { cleanup, temporaryFolder } from "../../../test/support/cleanup.js";
import { send } from "../../src/commands/forward/send.js";
import { type SyslogOptions, syslog } from "../../src/targets/syslog.js";
import { syslogMessage } from "../../src/targets/syslog-message.js";
import { makeCertificate } from "../support/certificate.js";
import { hasRsyslog, hasRsyslogTls, hasSyslogNg, startRsyslog, startSyslogNg } from "../support/syslog.js";
import { http, itemsOf, limits } from "../support/targets.js";

const signer = createSigner();
const lines = [...auditRecords(200, { signer })];
const target = (url: string, options: Partial<SyslogOptions> = {}) =>
  syslog({ http, url, settleMs: 50, ...options });
/** The record in a message of syslog. */
const recordIn = (message: string) => message.replace(/^<\d+>1 (?:\S+ ){5}(?:-|\[(?:[^\]\\]|\\.)*\]) /, "");

describe("a syslog message", () => {
  const [item] = itemsOf([lines[0]!]);

  it("is RFC 5424 with the record unchanged", () => {
    const message = Buffer.from(syslogMessage(item!, "pod-1")).toString();
    expect(message.endsWith(` ${item!.raw}`)).toBe(true);
    expect(message).toMatch(
      /^<110>1 \d{4}-\d\d-\d\dT[\d:.]+Z pod-1 konnect-audit - \w+ - \S+ konghq.com CEF:0\|/,
    );
  });

  it("tells as structured data that fields may be injected, and nothing ends it", () => {
    const raw = auditRecord({ user_agent: 'x"]\\ granted=true\u202e', escapeClientText: false });
    const event = parseAuditRecord(raw);
    const message = Buffer.from(syslogMessage({ id: "i", raw, event }, "h")).toString();
    expect(message).toMatch(/^<108>1 .* \[konnect-audit@32473 signals="[^"]*field_injection[^"]*"/);
    expect(message.endsWith(` ${raw}`)).toBe(true);
    const structured = message.slice(message.indexOf("["), message.indexOf(` ${raw}`));
    // Every closing bracket and quote within a value is escaped (RFC 5424, 6.3.3).
    expect(structured.replace(/\\["\\\]]/g, "")).toMatch(/^\[konnect-audit@32473( \w+="[^"\]\\]*")+\]$/);
  });

  it("has the bytes of a record that is not UTF-8", () => {
    const bytes = Buffer.concat([Buffer.from("CEF:0|"), Buffer.of(0xff), Buffer.from("|")]);
    const message = syslogMessage({ id: "i", raw: bytes.toString(), bytes, event: undefined }, "h\u0000ö st");
    expect(Buffer.from(message).subarray(-bytes.length)).toEqual(bytes);
    expect(Buffer.from(message).toString()).toMatch(/ hst konnect-audit - unknown - CEF/);
  });
});

const servers = [
  ["rsyslog", hasRsyslog, () => startRsyslog()],
  ["syslog-ng", hasSyslogNg, () => startSyslogNg()],
] as const;

describe.each(servers)("%s", (_, isThere, startServer) => {
  it.runIf(isThere)(
    "gets every record, verifiable, and again after a restart in the middle",
    { timeout: 120_000 },
    async () => {
      const server = await startServer();
      const { options } = limits();
      const one = await target(`tcp://127.0.0.1:${server.port}`);
      await send(itemsOf(lines.slice(0, 100)), one, options);
      await expect.poll(() => server.messages().length).toBe(100);
      // The connection breaks while the second batch waits to be taken.
      const waiting = await target(`tcp://127.0.0.1:${server.port}`, { settleMs: 3_000 });
      const sent = send(itemsOf(lines.slice(100)), waiting, options);
      await expect.poll(() => server.messages().length).toBe(200);
      await server.restart();
      await sent;
      await one.close?.();
      await waiting.close?.();
      const got = server.messages().map(recordIn);
      expect(new Set(got)).toEqual(new Set(lines));
      expect(got.length).toBeGreaterThan(200);
      const verifier = createVerifier({ keys: signer.jwks });
      for await (const { verification } of verifier.verifyAll(got.map((record) => record)))
        expect(verification.status).toBe("valid");
    },
  );
});

describe("rsyslog with TLS", () => {
  it.runIf(hasRsyslogTls)(
    "gets records over TLS; a certificate that is not trusted ends it",
    { timeout: 120_000 },
    async () => {
      const tls = makeCertificate(temporaryFolder());
      const server = await startRsyslog(tls);
      const url = `tls://localhost:${server.port}`;
      const { options } = limits();
      await expect(send(itemsOf(lines.slice(0, 1)), await target(url), options)).rejects.toThrow(
        /certificate of localhost:\d+ is not trusted .* --ca FILE/,
      );
      const trusted = await target(url, { ca: tls.cert });
      await send(itemsOf(lines), trusted, options);
      await trusted.close?.();
      await expect.poll(() => server.messages().map(recordIn)).toEqual(lines);
    },
  );

  it.runIf(hasRsyslogTls)("wants a client's certificate, and says so", { timeout: 120_000 }, async () => {
    const folder = temporaryFolder();
    const [tls, client] = [makeCertificate(folder), makeCertificate(folder, "client")];
    const server = await startRsyslog({ ...tls, clientCa: client.cert });
    const url = `tls://localhost:${server.port}`;
    const { options } = limits();
    const mine = { ca: tls.cert, clientCert: client.cert, clientKey: client.key };
    const known = await target(url, mine);
    await send(itemsOf(lines.slice(0, 3)), known, options);
    await known.close?.();
    await expect.poll(() => server.messages().map(recordIn)).toEqual(lines.slice(0, 3));
  });
});

describe("syslog", () => {
  /** A server that handles each connection itself. */
  async function serve(handle: (socket: Socket) => void) {
    const server = createServer(handle).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    cleanup(() => server.close());
    return `tcp://127.0.0.1:${(server.address() as { port: number }).port}`;
  }

  it("keeps a longer message than the server takes out, as a dead letter", async () => {
    let got = "";
    const url = await serve((socket) => void socket.on("data", (data) => (got += data)));
    const { options, dead } = limits();
    const long = auditRecord({ user_agent: "x".repeat(9_000) });
    await send(itemsOf([lines[0]!, long, lines[1]!]), await target(url), options);
    expect(dead()).toMatchObject([
      { raw: long, reason: expect.stringMatching(/longer than --max-message-bytes 8192/) },
    ]);
    expect(got).toContain(lines[1]);
    expect(got).not.toContain("xxxx");
  });

  it("sends everything again after a connection that broke before it was taken", async () => {
    const got: string[] = [];
    const url = await serve((socket) => {
      const index = got.push("") - 1;
      socket
        .on("error", () => {})
        .on("data", (data) => {
          got[index] = `${got[index]}${data}`;
          // The first two break, one by a reset, one by an end.
          if (index === 0) socket.resetAndDestroy();
          else if (index === 1) socket.end();
        });
    });
    const { options, dead } = limits();
    await send(itemsOf(lines.slice(0, 10)), await target(url, { settleMs: 200 }), options);
    expect(got.length).toBeGreaterThanOrEqual(3);
    for (const line of lines.slice(0, 10)) expect(got.at(-1)).toContain(line);
    expect(dead()).toEqual([]);
  });

  it("opens a new connection for an idle one that the server has closed, without a wait", async () => {
    const got: string[] = [];
    const url = await serve((socket) => {
      const index = got.push("") - 1;
      socket
        .on("error", () => {})
        .on("data", (data) => {
          got[index] = `${got[index]}${data}`;
        });
      // Later than it takes a message to count as taken.
      if (index === 0) setTimeout(() => socket.end(), 400);
    });
    const one = await target(url);
    const waits: string[] = [];
    const options = { ...limits().options, onWait: (why: string) => void waits.push(why) };
    await send(itemsOf(lines.slice(0, 1)), one, options);
    await new Promise((resolve) => setTimeout(resolve, 800));
    await send(itemsOf(lines.slice(1, 2)), one, options);
    expect(got).toHaveLength(2);
    expect(got[1]).toContain(lines[1]);
    expect(waits).toEqual([]);
    await one.close?.();
  });

  it("waits for a slow reader without sending twice", async () => {
    let bytes = 0;
    const url = await serve((socket) => {
      socket.pause();
      const timer = setInterval(() => {
        const data: Buffer | null = socket.read(64 * 1024) ?? socket.read();
        bytes += data?.length ?? 0;
      }, 5);
      socket.on("close", () => clearInterval(timer));
      socket.on("error", () => {});
    });
    const many = Array.from({ length: 20 }, (_, i) =>
      itemsOf(lines).map((item) => ({ ...item, id: `${i}-${item.id}` })),
    ).flat();
    const { options } = limits();
    const slow = await target(url);
    await send(many, slow, options);
    await expect.poll(() => bytes).toBeGreaterThan(1_000_000);
    const sum = many.map((item) => syslogMessage(item, "h").length).reduce((a, b) => a + b, 0);
    await expect.poll(() => bytes).toBeGreaterThanOrEqual(sum);
    expect(bytes).toBeLessThan(sum * 1.5);
  });
});
