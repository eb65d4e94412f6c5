import { auditRecord } from "../../src/testing/audit-record.js";

export type Kind = "authorization" | "authentication" | "access";
export type Format = "cef" | "json" | "cps" | "pulled";

/** A signed record and the key set that verifies it. */
export interface Example {
  record: string;
  keys: string;
}

/** Makes a record by the generators of the testing kit, and signs it with a new key of this page. */
export async function makeExample(type: Kind, format: Format): Promise<Example> {
  if (format === "pulled") return { record: pulled(type), keys: "" };
  const record = auditRecord({ type, format, at: Date.now(), seed: crypto.randomUUID() });
  return sign(record);
}

/** Adds a field to the user agent, as a client could, and signs the record like Konnect, which does not see it. */
export async function injectField(record: string): Promise<Example> {
  const bare = withoutSignature(record.split("\n")[0]!);
  const injected = bare.startsWith("{")
    ? bare.replace(/("user_agent"\s*:\s*")/, "$1x granted=true principal_id=admin ")
    : bare.replace(/(\suser_agent=)/, "$1x granted=true principal_id=admin ");
  return sign(injected);
}

/** Flips one bit of the signed text. */
export function flipBit(record: string): string {
  const [line = "", ...others] = record.split("\n");
  const end = line.search(/\s?,?"?sig["=:]/);
  const letters = [...line.slice(0, end === -1 ? undefined : end).matchAll(/[a-w](?=[a-z])/g)];
  const { index } = letters[Math.floor(Math.random() * letters.length)] ?? { index: 0 };
  const flipped = String.fromCharCode(line.charCodeAt(index) ^ 1);
  return [line.slice(0, index) + flipped + line.slice(index + 1), ...others].join("\n");
}

async function sign(record: string): Promise<Example> {
  const { publicKey, privateKey } = (await crypto.subtle.generateKey("Ed25519", true, [
    "sign",
    "verify",
  ])) as CryptoKeyPair;
  const { x = "" } = await crypto.subtle.exportKey("jwk", publicKey);
  const bytes = await crypto.subtle.sign("Ed25519", privateKey, new TextEncoder().encode(record));
  const signature = base64url(new Uint8Array(bytes));
  const ending = record.startsWith("{") ? (/^\{\s*"event"\s*:\s*\{/.test(record) ? "}}" : "}") : "";
  const signed =
    ending === ""
      ? `${record} sig=${signature}`
      : `${record.slice(0, -ending.length)},"sig":"${signature}"${ending}`;
  const key = { kty: "OKP", crv: "Ed25519", alg: "EdDSA", kid: "playground", x };
  return { record: signed, keys: JSON.stringify({ keys: [key] }, null, 2) };
}

function withoutSignature(record: string): string {
  return record.replace(/ sig=\S*$/, "").replace(/,\s*"sig"\s*:\s*"[^"]*"(?=\s*\}+\s*$)/, "");
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}

function pulled(type: Kind): string {
  const common = {
    ts: new Date().toISOString(),
    client_ip: "192.0.2.7",
    org_id: crypto.randomUUID(),
    principal_id: crypto.randomUUID(),
    user_agent: "curl/8.5.0",
    trace_id: crypto.randomUUID().replaceAll("-", ""),
  };
  const members = {
    authorization: { service: "konnect", resource: "control-planes", action: "list", granted: true },
    authentication: {
      authentication_type: "pat",
      outcome: "success",
      successful: true,
      uri: "/v2/control-planes",
    },
    access: { uri: "/v2/control-planes", method: "GET", status_code: 200, query: "{}" },
  };
  return JSON.stringify({ type: type === "access" ? "gateway_access" : type, ...common, ...members[type] });
}
