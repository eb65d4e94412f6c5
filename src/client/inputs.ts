import * as z from "zod";
import type { components, operations } from "./generated.js";
import { isSecureUrl } from "./urls.js";

/** What `createDestination` takes; Konnect's own names. */
export type CreateDestinationInput = components["schemas"]["CreateDestination"];

/** What `listControlPlanes` takes; Konnect's own names. */
export type ListControlPlanesQuery = NonNullable<operations["listControlPlanes"]["parameters"]["query"]>;

const text = z.string().regex(/\S/, "must not be empty");

/** Loose: members that Konnect adds go through. */
export const createDestinationInput = z.looseObject({
  name: text,
  endpoint: z.string().refine(isSecureUrl, "must be an https URL (http only on loopback)"),
  authorization: text.regex(
    /^\P{Cc}*$/u,
    "must hold no line breaks or control characters: it becomes an HTTP header",
  ),
  log_format: z.enum(["cef", "json", "cps"]),
  skip_ssl_verification: z.boolean().optional(),
});

/** An id as Konnect makes them: 36 characters, a UUID of any version. */
export const id = z.guid({ error: "must be an id in the form of a UUID, such as createDestination answers" });

const pageNumber = z.number().int().min(1);

export const listControlPlanesQuery = z.looseObject({
  "page[size]": pageNumber.optional(),
  "page[number]": pageNumber.optional(),
  filter: z.looseObject({}).optional(),
  labels: z.string().optional(),
  sort: z.string().optional(),
});
