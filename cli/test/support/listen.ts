import { gzipSync } from "node:zlib";
import { expect } from "vitest";
import { post } from "../../../test/receiver/support.js";
import { type RunOptions, start } from "./commands.js";

const AUTHORIZATION = "Bearer files";

/** Starts `listen` on a free port, and waits until it listens. */
export async function startListen(args: readonly string[], { env, ...options }: RunOptions = {}) {
  const all = ["listen", "--port", "0", ...args];
  const running = start(all, { ...options, env: { SIEM_TOKEN: AUTHORIZATION, ...env } });
  await expect.poll(() => running.state.stderr).toMatch(/listening on/);
  const port = Number(/listening on https?:\/\/[^ ]*:(\d+)/.exec(running.state.stderr)![1]);
  const headers = { authorization: AUTHORIZATION, "content-encoding": "application/gzip" };
  /** Delivers a batch like Konnect. Resolves with the status. */
  const deliver = async (lines: readonly string[] | Uint8Array) => {
    const body = lines instanceof Uint8Array ? Buffer.from(lines) : gzipSync(lines.join("\n"));
    return (await post(port, body, headers)).status;
  };
  return { ...running, port, deliver };
}
