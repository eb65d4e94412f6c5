import { auditRecord, createSigner, samples } from "../../src/testing/index.js";

export const signer = createSigner("fuzz");
const forger = createSigner("forger");
const TYPES = ["authentication", "authorization", "access"] as const;
const FORMATS = ["cef", "json", "cps"] as const;
const UNKNOWN = "CEF:0|KongInc|Konnect|1.0|konnect|TokenEvent.revoked|1|";
const ACCESS = "CEF:0|KongInc|Konnect|1.0|KongGateway|Ingress|6|";
const json = auditRecord({ format: "json", signer });

/** Records of every kind, and what attackers and new users made of them. */
export const SEEDS: readonly string[] = [
  ...Object.values(samples),
  ...TYPES.flatMap((type) => FORMATS.map((format) => auditRecord({ type, format, signer }))),
  auditRecord({ traceId: "decimal", format: "json", signer }),
  // Optional fields that only a client can have written.
  `${UNKNOWN}rt=1 src=1.2.3.4 org_id=O principal_id=P trace_id=T user_agent=curl kong_initiated=true actor_id=kong`,
  `${UNKNOWN}rt=1 request=/x trace_id=T node=n org_id=O`,
  `${ACCESS}rt=1 src=s request=/x act=GET status=200 org_id=o principal_id=p user_agent=x trace_id=T kong_initiated=true query={}`,
  `${ACCESS}rt=1 src=s request= act=GET act=DELETE status=403 org_id=o principal_id=p user_agent=x trace_id=T query={} sig=${"S".repeat(86)}`,
  `${ACCESS}request=x rt=1 principal_name=n src=s act=GET status=200`,
  // Escapes that Konnect does not write.
  `${ACCESS}rt=1 request=C:\\x\\n user_agent=a\\=b\\\\c query={"q":"C:\\\\d"}`,
  // Names, signatures and wrappers in other spellings.
  forger.sign('{"ts":"x","\\u006eame":"Authz.organization","granted":true}'),
  json.replace(',"sig":"', ', "sig":"'),
  json.replace('"sig"', '"\\u0073ig"'),
  `{"event": ${json}}`,
  `{"\\u0065vent":${json}}`,
  `\uFEFF${json}`,
  `\uFEFF${auditRecord({ signer })}`,
  '{"ts":"2026-11-25T10:00:00Z","type":"authorization","granted":true,"signature":"x"}',
  `{"name":"Ingress","a":${"[".repeat(600)}${"]".repeat(600)}}`,
];
