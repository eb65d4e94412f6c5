import type { Reloader } from "../../service/reload.js";
import { Http } from "../../targets/http.js";
import { targets } from "../../targets/index.js";
import type { Target } from "../../targets/target.js";
import type { ForwardOptions } from "./options.js";
import { readCredential, readHeaders } from "./settings.js";

/** Opens the target of `--to`. Where a reloader watches, it is opened again when the files of its credentials change. */
export async function openTarget(options: ForwardOptions, url: string, reloader?: Reloader): Promise<Target> {
  const { to, index, group, stream, tenant, credentialFile, headerFile, ca } = options;
  const open = async () => {
    const credential = await readCredential(credentialFile);
    const headers = headerFile === undefined ? {} : await readHeaders(headerFile);
    const http = await Http.create({ headers, ca });
    return targets[to!]({ url, credential, index, group, stream, tenant, http });
  };
  if (reloader === undefined) return open();
  let current: Target;
  const files = [credentialFile, headerFile, ca].filter((file) => file !== undefined);
  await reloader.watch("the target's credentials", files, async () => {
    current = await open();
  });
  return { ...current!, send: (records) => current.send(records) };
}
