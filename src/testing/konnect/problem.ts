/** The response of a route. */
export interface Answer {
  status: number;
  /** Absent with a 204. */
  body?: unknown;
}

/** One invalid parameter, in the form of Konnect. */
export interface InvalidField {
  field: string;
  reason: string;
  rule: string;
  source: "body" | "query";
  choices?: readonly string[] | undefined;
  minimum?: number | undefined;
  maximum?: number | undefined;
}

const TITLES: Record<number, string> = {
  400: "Invalid Parameters",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  409: "Conflict",
  429: "Too Many Requests",
};

/** Thrown by routes. Becomes a response of type `application/problem+json` (RFC 9457). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly detail: string,
    readonly invalidParameters: readonly InvalidField[] = [],
  ) {
    super(detail);
  }

  toBody(traceId: string): object {
    const body = {
      status: this.status,
      title: TITLES[this.status] ?? "Internal",
      instance: `kong:trace:${traceId}`,
      detail: this.detail,
    };
    return this.invalidParameters.length === 0
      ? body
      : { ...body, invalid_parameters: this.invalidParameters };
  }
}

/** A 400 about these parameters. */
export function invalid(...parameters: InvalidField[]): Problem {
  return new Problem(400, "Invalid Parameters", parameters);
}

/** The members of a body, which must be an object. */
export function members(body: unknown): Record<string, unknown> {
  if (typeof body === "object" && body !== null && !Array.isArray(body))
    return body as Record<string, unknown>;
  throw invalid({ field: "", reason: "must be a JSON object", rule: "is_object", source: "body" });
}
