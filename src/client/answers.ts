import * as z from "zod";
import type { components } from "./generated.js";

/** A destination. Konnect never answers its `authorization`. */
export type Destination = components["schemas"]["Destination"] & { id: string };
/** The switch that sends the records of a region to a destination. */
export type Webhook = components["schemas"]["Webhook"];
/** A JSON Web Key Set with Konnect's public keys. */
export type SigningKeys = { keys: SigningKey[] };
/** A public key, for Ed25519. */
export type SigningKey = components["schemas"]["SigningKey"];
/** A control plane of Kong Gateway. */
export type ControlPlane = components["schemas"]["ControlPlane"];
/** A page of control planes. */
export type ControlPlanePage = components["schemas"]["ControlPlanePage"];

// Only what this SDK itself needs is asked for: Konnect adds members and values every month, and all of them are kept.
export const destination = z.looseObject({ id: z.string().min(1) });
export const webhook = z.looseObject({});
export const signingKeys = z.looseObject({ keys: z.array(z.looseObject({})) });
export const page = z.looseObject({ data: z.array(z.looseObject({})) });
/** What tells where a page stands among the others. */
export const pageMeta = z.looseObject({
  meta: z.looseObject({ page: z.looseObject({ number: z.number(), size: z.number(), total: z.number() }) }),
});
