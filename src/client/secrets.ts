/**
 * What must not be seen during one call: the access token, and the `authorization` in its body.
 * Everything that goes into an error passes through here, for servers and fetch functions echo what they were sent.
 */
export class Secrets {
  readonly #values = new Set<string>();

  /** Adds a credential: as a whole, and what stands behind its scheme (`Bearer x`) alone. */
  add(credential: string): void {
    const [scheme = "", ...rest] = credential.trim().split(/\s+/);
    for (const value of [credential, scheme.length < credential.trim().length ? rest.join(" ") : scheme]) {
      if (value === "") continue;
      this.#values.add(value);
      this.#values.add(encodeURIComponent(value));
      this.#values.add(JSON.stringify(value).slice(1, -1));
    }
  }

  /** Finds the credential in a request body of Konnect's API, if there is one. */
  addFromBody(body: string): void {
    try {
      const { authorization } = JSON.parse(body);
      if (typeof authorization === "string") this.add(authorization);
    } catch {
      // Not JSON, so no body of this API.
    }
  }

  redact(text: string, shortest = 1): string {
    let safe = text;
    for (const value of [...this.#values].sort((a, b) => b.length - a.length)) {
      if (value.length >= shortest) safe = safe.replaceAll(value, "[redacted]");
    }
    return safe;
  }

  /** Parses JSON, with every secret gone from its texts. */
  redactJson(text: string): unknown {
    return JSON.parse(text, (_, value) => {
      if (typeof value === "string") return this.redact(value);
      if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
      // Short secrets are left in names: taken out of `detail` or `status`, they would hide the whole problem.
      const entries = Object.entries(value).map(([name, inner]) => [this.redact(name, 8), inner]);
      return Object.fromEntries(entries);
    });
  }

  /** A copy of what was thrown that keeps name, message, code, stack and causes, and nothing else. */
  redactError(thrown: unknown, depth = 0): unknown {
    if (!(thrown instanceof Error)) return typeof thrown === "string" ? this.redact(thrown) : undefined;
    const cause = depth < 5 ? this.redactError(thrown.cause, depth + 1) : undefined;
    const copy = new Error(this.redact(thrown.message), cause === undefined ? undefined : { cause });
    const stack = this.redact(thrown.stack ?? "");
    Object.defineProperty(copy, "name", {
      value: this.redact(thrown.name),
      configurable: true,
      writable: true,
    });
    Object.defineProperty(copy, "stack", { value: stack, configurable: true, writable: true });
    const code = (thrown as { code?: unknown }).code;
    return typeof code === "string" ? Object.assign(copy, { code: this.redact(code) }) : copy;
  }
}
