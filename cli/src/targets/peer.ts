import { ExitError } from "../errors.js";

/**
 * Loads a client that is an optional peer, because it is larger than everything else together.
 *
 * @throws ExitError 2 if it is not installed, with the command that installs it
 */
export async function loadPeer<T>(target: string, name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new ExitError(
      2,
      `${target} needs ${name}, which is not installed: npm install ${name} (with -g if konnect-audit was installed with -g)`,
    );
  }
}
