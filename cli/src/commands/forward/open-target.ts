import { ExitError } from "../../errors.js";
import type { Reloader } from "../../service/reload.js";
import { Http } from "../../targets/http.js";
import { targets } from "../../targets/index.js";
import type { AnyTarget } from "../../targets/target.js";
import type { ForwardOptions } from "./options.js";
import { readCredential, readHeaders } from "./settings.js";

/** Opens the target of `--to`. Where a reloader watches, it is opened again when the files of its credentials change. */
export async function openTarget(
  options: ForwardOptions,
  url: string,
  reloader?: Reloader,
): Promise<AnyTarget> {
  const { to, credentialFile, headerFile, ca } = options;
  if (to === undefined || to === "s3") throw new ExitError(2, "--to is required: the SIEM");
  const open = async () => {
    const credential = await readCredential(credentialFile);
    const headers = headerFile === undefined ? {} : await readHeaders(headerFile);
    const http = await Http.create({ headers, ca });
    return targets[to]({ ...options, url, credential, http });
  };
  if (reloader === undefined) return open();
  let current: AnyTarget;
  const files = [credentialFile, headerFile, ca, options.clientCert, options.clientKey].filter(
    (file) => file !== undefined,
  );
  await reloader.watch("the target's credentials", files, async () => {
    const before = current as AnyTarget | undefined;
    current = await open();
    await before?.close?.();
  });
  return {
    ...current!,
    send: (records) => current.send(records),
    close: async () => current.close?.(),
  };
}
