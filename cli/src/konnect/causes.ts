/** Errors of TLS for a certificate that is not trusted. A retry does not help. */
const UNTRUSTED =
  /^(?:UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|ERR_TLS_CERT_|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH_EXCEEDED)/;

/** The cause of an error of `fetch`, whose own message is "fetch failed". */
export function causeOf(error: unknown): string {
  const inner = innermost(error);
  const { message, code } = inner as NodeJS.ErrnoException;
  if (!message) return code ?? String(error);
  return code === undefined || message.includes(code) ? message : `${message} (${code})`;
}

/** Whether a certificate is not trusted. */
export function isUntrusted(error: unknown): boolean {
  return UNTRUSTED.test((innermost(error) as NodeJS.ErrnoException).code ?? "");
}

function innermost(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  if (error.cause instanceof Error) return innermost(error.cause);
  // Of several addresses, the first one that failed.
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return innermost(error.errors[0]);
  return error;
}
