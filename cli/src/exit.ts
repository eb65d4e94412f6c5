import { isKonnectError } from "konnect-audit-logs";
import { ExitError, type FailureStatus } from "./errors.js";

/** Errors of the system that the user caused and can fix: a path, a permission, an address. */
const USER_ERRORS = new Set([
  ...["ENOENT", "EACCES", "EPERM", "EROFS", "EISDIR", "ENOTDIR", "ENAMETOOLONG", "EEXIST"],
  ...["EADDRINUSE", "EADDRNOTAVAIL", "ERR_OSSL_PEM_NO_START_LINE"],
]);

/** The exit status for an error. */
export function statusOf(error: unknown): FailureStatus {
  if (error instanceof ExitError) return error.status;
  if (isKonnectError(error)) {
    if (error.code === "api") return error.status === 401 || error.status === 403 ? 2 : 3;
    return ["invalid_options", "invalid_input", "conflict"].includes(error.code) ? 2 : 3;
  }
  return USER_ERRORS.has((error as NodeJS.ErrnoException)?.code ?? "") ? 2 : 3;
}

/** What happened, and what to do about the errors of the system that users meet most. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, path, message } = error as NodeJS.ErrnoException & { port?: number };
  switch (code) {
    case "ENOENT":
      if (path?.includes("*")) return `${path} does not exist: the shell found no file for it`;
      return path === undefined ? message : `${path} does not exist`;
    case "EACCES":
    case "EPERM":
      return path === undefined
        ? message
        : `no permission to use ${placeOf(path)}: the owner of the file or folder, or its mode, forbids it`;
    case "EROFS":
      return path === undefined
        ? message
        : `${placeOf(path)} is on a read-only file system: choose another folder, or mount a volume there`;
    case "EISDIR":
      return path === undefined ? `a folder was given where a file is expected` : `${path} is a folder`;
    case "EEXIST":
    case "ENOTDIR":
      return path === undefined ? message : `${path} is not a folder`;
    case "ENOSPC":
      return `no space is left on the disk: free some, and run the command again (${message})`;
    case "EADDRINUSE":
      return `the port is in use: stop the other program, or choose another --port (${message})`;
    default:
      return isKonnectError(error) && /^invalid_(?:input|options)$/.test(error.code)
        ? inOurWords(message)
        : message;
  }
}

/** Options of the SDK, by those of the command line. */
const OPTIONS: Record<string, string> = {
  portalId: "--portal",
  endpoint: "--endpoint",
  name: "--name",
  authorization: "the SIEM's authorization",
  token: "the access token",
  baseUrl: "--base-url",
  since: "--since",
  until: "--until",
};

/** A message of the SDK about an option: `ensureWebhook: portalId must be ...`. */
function inOurWords(message: string): string {
  const [, option, rest] = /^\w+(?: options)?: (\w+) (must .*)$/s.exec(message) ?? [];
  return option !== undefined && Object.hasOwn(OPTIONS, option) ? `${OPTIONS[option]} ${rest}` : message;
}

/** The file that the user knows: a draft is written beside it first. */
function placeOf(path: string): string {
  return /\.new$|\/lease\b|\/archive\.json/.test(path) ? path.slice(0, path.lastIndexOf("/")) || "/" : path;
}
