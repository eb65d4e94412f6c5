import { readFile } from "node:fs/promises";
import { connect as connectTcp, type Socket } from "node:net";
import { hostname } from "node:os";
import { connect as connectTls, rootCertificates, type TLSSocket } from "node:tls";
import { ExitError } from "../errors.js";
import { causeOf, isUntrusted } from "../konnect/causes.js";
import { SyslogConnection } from "./syslog-connection.js";
import { syslogMessage } from "./syslog-message.js";
import type { Target, TargetOptions } from "./target.js";
import { Busy, type Verdict } from "./verdict.js";

/** How long a connection may take, in ms. */
const CONNECT = 30_000;
/** What rsyslog takes by default, in bytes. */
const MAX_MESSAGE = 8_192;

/** How syslog is sent. Tests shorten the time after which a message counts as taken. */
export interface SyslogOptions extends TargetOptions {
  settleMs?: number;
}

/**
 * Syslog over TCP or TLS: RFC 5424 messages with octet counting (RFC 6587, 3.4.1; RFC 5425). The record is the message, unchanged
 * and without a byte order mark, so that it stays verifiable.
 *
 * Syslog has no acknowledgement. Messages count as taken once they were written and the connection was still open some seconds
 * later; if it broke, all of them are sent again.
 */
export async function syslog(options: SyslogOptions): Promise<Target<Uint8Array>> {
  const { url, maxMessageBytes = MAX_MESSAGE, settleMs } = options;
  const open = await connector(options);
  let current: Promise<SyslogConnection> | undefined;
  const host = hostname();

  return {
    // One connection: a batch is written, and then waited for, as a whole.
    maxItems: Number.POSITIVE_INFINITY,
    maxBytes: Number.POSITIVE_INFINITY,
    encode: (item) => syslogMessage(item, host),
    async send(records) {
      const verdicts: Verdict[] = records.map(({ text }) =>
        text.length > maxMessageBytes
          ? { poison: `${text.length} bytes, longer than --max-message-bytes ${maxMessageBytes}` }
          : "taken",
      );
      const messages = records.filter((_, i) => verdicts[i] === "taken").map(({ text }) => text);
      if (messages.length === 0) return verdicts;
      // A server may close an idle connection: that is no reason to wait.
      const before = await current?.catch(() => undefined);
      if (before?.isBroken) current = undefined;
      current ??= open().then((socket) => new SyslogConnection(socket, settleMs));
      const mine = current;
      try {
        await (await mine).write(messages);
      } catch (error) {
        if (current === mine) current = undefined;
        throw judge(error, url);
      }
      return verdicts;
    },
    async close() {
      // One that never opened, or broke, has nothing to close.
      const connection = await current?.catch(() => undefined);
      current = undefined;
      await connection?.end();
    },
  };
}

/** Opens connections to the address of a URL, `tcp://host:port` or `tls://host:port`. */
async function connector({ url, ca, clientCert, clientKey }: SyslogOptions): Promise<() => Promise<Socket>> {
  const { protocol, hostname: name, port } = new URL(url);
  const host = name.replace(/^\[(.*)\]$/, "$1");
  const address = { host, port: Number(port) };
  if (protocol === "tcp:") return () => opened(connectTcp(address), "connect");
  const tls = {
    ...address,
    servername: /^[\d.]+$|:/.test(host) ? "" : host,
    ...(ca !== undefined && { ca: [...rootCertificates, await readFile(ca, "utf8")] }),
    ...(clientCert !== undefined && { cert: await readFile(clientCert) }),
    ...(clientKey !== undefined && { key: await readFile(clientKey) }),
  };
  return () => opened(connectTls(tls), "secureConnect");
}

function opened(socket: Socket | TLSSocket, event: "connect" | "secureConnect"): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => socket.destroy(new Error(`no connection after ${CONNECT / 1_000} s`)),
      CONNECT,
    );
    socket.once("error", reject);
    socket.once("close", () => clearTimeout(timer));
    socket.once(event, () => {
      clearTimeout(timer);
      socket.off("error", reject);
      resolve(socket);
    });
  });
}

/** Alerts of a server that does not take the client's certificate. A retry does not help. */
const CLIENT_REFUSED =
  /ALERT_(?:BAD_CERTIFICATE|CERTIFICATE_REQUIRED|UNKNOWN_CA|HANDSHAKE_FAILURE|ACCESS_DENIED)/;

function judge(error: unknown, url: string): Error {
  if (error instanceof ExitError) return error;
  const { host } = new URL(url);
  const cause = causeOf(error);
  if (isUntrusted(error))
    return new ExitError(
      2,
      `the certificate of ${host} is not trusted (${cause}): give its certificate authority with --ca FILE or the variable NODE_EXTRA_CA_CERTS`,
    );
  if (CLIENT_REFUSED.test(cause))
    return new ExitError(
      2,
      `${host} refuses the client's certificate (${cause}): see --client-cert and --client-key`,
    );
  return new Busy(`${host}: ${cause}`);
}
