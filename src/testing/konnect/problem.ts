/** What a route answers. */
export interface Answer {
  status: number;
  body: unknown;
}

/** One parameter that does not fit, as Konnect tells it. */
export interface InvalidField {
  field: string;
  reason: string;
  rule: string;
  source: "body" | "query";
}

const TITLES: Record<number, string> = {
  400: "Invalid Parameters",
  401: "Unauthorized",
  404: "Not Found",
  413: "Content Too Large",
  500: "Internal",
};

/** Thrown by routes: becomes an answer in `application/problem+json` (RFC 9457). */
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
      title: TITLES[this.status],
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
