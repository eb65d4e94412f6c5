import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { expect } from "vitest";
import { cleanup, temporaryFolder } from "../../../test/support/cleanup.js";
import { freePort } from "../../../test/support/loopback.js";

/** A syslog server of Debian that runs. */
export interface SyslogServer {
  port: number;
  /** The messages that it has written, as they came. */
  messages(): string[];
  /** Ends it, and starts it again. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Certificates for TLS: the server's own, its key, and the authority of clients if they must have one. */
export interface SyslogTls {
  cert: string;
  key: string;
  clientCa?: string;
}

export const hasRsyslog = existsSync("/usr/sbin/rsyslogd");
export const hasRsyslogTls = hasRsyslog && findFile("/usr/lib", "lmnsd_gtls.so");

/** rsyslog, which writes each message as it came. */
export function startRsyslog(tls?: SyslogTls): Promise<SyslogServer> {
  return startServer((folder, port) => {
    const driver = tls
      ? `DefaultNetstreamDriver="gtls" DefaultNetstreamDriverCAFile="${tls.clientCa ?? tls.cert}" DefaultNetstreamDriverCertFile="${tls.cert}" DefaultNetstreamDriverKeyFile="${tls.key}"`
      : "";
    const mode = tls
      ? `StreamDriver.Name="gtls" StreamDriver.Mode="1" StreamDriver.Authmode="${tls.clientCa ? "x509/certvalid" : "anon"}"`
      : "";
    const conf = join(folder, "rsyslog.conf");
    writeFileSync(
      conf,
      `global(workDirectory="${folder}" maxMessageSize="64k" ${driver})
module(load="imtcp" ${mode})
input(type="imtcp" port="${port}" address="127.0.0.1")
template(name="raw" type="string" string="%rawmsg%\\n")
*.* action(type="omfile" file="${folder}/got.log" template="raw")
`,
    );
    return ["/usr/sbin/rsyslogd", "-n", "-f", conf, "-i", join(folder, "pid")];
  });
}

/** The folder of syslog-ng's packages, unpacked: it cannot be installed beside rsyslog. */
const SYSLOG_NG = process.env.SYSLOG_NG_ROOT ?? "/opt/syslog-ng-test";
export const hasSyslogNg = existsSync(join(SYSLOG_NG, "usr/sbin/syslog-ng"));

export function startSyslogNg(): Promise<SyslogServer> {
  return startServer((folder, port) => {
    const conf = join(folder, "syslog-ng.conf");
    writeFileSync(
      conf,
      `@version: 3.38
options { log-msg-size(65536); };
source s { syslog(ip("127.0.0.1") port(${port}) transport("tcp") flags(store-raw-message)); };
destination d { file("${folder}/got.log" template("\${RAWMSG}\\n")); };
log { source(s); destination(d); };
`,
    );
    const lib = join(SYSLOG_NG, "usr/lib");
    const arch = execFileSync("uname", ["-m"], { encoding: "utf8" }).trim();
    const path = [
      join(SYSLOG_NG, `lib/${arch}-linux-gnu`),
      join(lib, "syslog-ng"),
      join(lib, `${arch}-linux-gnu`),
      join(lib, "syslog-ng/3.38"),
    ].join(":");
    const state = ["persist", "control", "pid"].map((name) => join(folder, name));
    return [
      ...[
        "env",
        `LD_LIBRARY_PATH=${path}`,
        join(SYSLOG_NG, "usr/sbin/syslog-ng"),
        "--foreground",
        "--no-caps",
      ],
      ...["--cfgfile", conf, "--module-path", join(lib, "syslog-ng/3.38"), "--persist-file", state[0]!],
      ...["--control", state[1]!, "--pidfile", state[2]!],
    ];
  });
}

async function startServer(command: (folder: string, port: number) => string[]): Promise<SyslogServer> {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "spool"));
  const port = await freePort();
  const [name, ...args] = command(folder, port);
  const start = async () => {
    const child = spawn(name!, args, { stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (said += text));
    await expect.poll(() => canConnect(port), { timeout: 60_000, message: said }).toBe(true);
    return child;
  };
  let child = await start();
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGTERM");
    await once(child, "exit");
  };
  cleanup(() => child.kill("SIGKILL"));
  return {
    port,
    messages() {
      const path = join(folder, "got.log");
      return existsSync(path) ? readFileSync(path, "utf8").split("\n").filter(Boolean) : [];
    },
    async restart() {
      await stop();
      child = await start();
    },
    stop,
  };
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => resolve(true)).on("error", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });
}

function findFile(folder: string, name: string): boolean {
  return spawnSync("find", [folder, "-name", name], { encoding: "utf8" }).stdout.includes(name);
}
