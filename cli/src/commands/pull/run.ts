import type { Context } from "../../context.js";
import { ExitError } from "../../errors.js";
import { connectAll } from "../../konnect/client.js";
import { noHealth, openHealth } from "../../service/health.js";
import { Reloader } from "../../service/reload.js";
import { untilStopped } from "../../service/until-stopped.js";
import type { PullOptions } from "./follow-logs.js";
import { pullToFile } from "./to-file.js";
import { pullToFolders } from "./to-folder.js";
import { pullToOutput } from "./to-output.js";

/** Pulls to standard output, to a file, or into archives. */
export async function pull(command: "pull" | "tail", options: PullOptions, context: Context): Promise<void> {
  const { folder, out, follow } = options;
  if (options.append && out === undefined) throw new ExitError(2, "--append needs --out");
  const connections = await connectAll(options, context);
  // The access token is read for each request; SIGHUP must not end a service.
  if (follow) new Reloader(context);
  const health = follow ? await openHealth(options, command, context) : noHealth;
  const run = async () => {
    if (folder !== undefined) await pullToFolders(connections, { ...options, folder }, context, health);
    else if (out !== undefined) await pullToFile(connections, { ...options, out }, context, health);
    else await pullToOutput(connections, options, context, health);
  };
  try {
    await (follow ? untilStopped(context, run) : run());
  } finally {
    await health.close();
  }
}
