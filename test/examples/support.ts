import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { startKonnect } from "../../src/testing/index.js";
import { cleanup } from "../support/cleanup.js";
import { startListener } from "../support/listener.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Runs an example, with these variables and none of Konnect's of this machine. */
export async function example(name: string, variables: Record<string, string>, ...args: string[]) {
  const kept = Object.entries(process.env).filter(([name]) => !/^(KONNECT|SIEM)_/.test(name));
  const env = { ...Object.fromEntries(kept), ...variables };
  const child = spawn(process.execPath, ["--import", "tsx", `examples/${name}.ts`, ...args], {
    cwd: root,
    env,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      output += chunk;
    });
  const [status] = await once(child, "close");
  return { output, status };
}

/** A simulator, a collector, and the variables for them. */
export async function siem() {
  const server = await startKonnect({ timeScale: 0.001 });
  const listener = await startListener();
  cleanup(listener.close);
  cleanup(() => server.close());
  const variables = {
    KONNECT_TOKEN: server.token,
    KONNECT_CONTROL_PLANE_URL: server.url,
    SIEM_ENDPOINT: listener.url,
    SIEM_TOKEN: "Bearer siem-secret",
  };
  return { server, listener, variables };
}
