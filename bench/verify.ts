import { execFileSync } from "node:child_process";
import { createVerifier, extractSignature } from "konnect-audit-logs/signature";
import { auditRecords, createSigner } from "konnect-audit-logs/testing";
import { interleaved, rate, ratio, row } from "./rounds.js";

/** How many signatures OpenSSL verifies a second on one core. */
function openssl(): number {
  const output = execFileSync("openssl", ["speed", "-seconds", "2", "ed25519"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  return Number(/ed25519\S*\D.*\s([\d.]+)\s*$/im.exec(output.toString().trim())?.[1]);
}

export async function benchVerify(count: number, rounds: number): Promise<void> {
  const signer = createSigner("bench");
  const lines = [...auditRecords(count, { signer })];
  const verifier = createVerifier({ keys: signer.jwks });
  const all = (options: { workers: number }) => () =>
    rate(async () => {
      let valid = 0;
      for await (const { verification } of verifier.verifyAll(lines, options))
        if (verification.status === "valid") valid++;
      if (valid !== count) throw new Error(`${valid} of ${count} are valid`);
      return count;
    });
  const results = await interleaved(
    {
      openssl,
      verify: () =>
        rate(async () => {
          for (const line of lines)
            if ((await verifier.verify(line)).status !== "valid") throw new Error("not valid");
          return count;
        }),
      extract: () =>
        rate(() => {
          for (const line of lines) if (extractSignature(line) === undefined) throw new Error("no signature");
          return count;
        }),
      two: all({ workers: 2 }),
    },
    rounds,
  );
  row("verify, one core", "openssl speed ed25519", ratio(results.verify!, results.openssl!));
  row("verifyAll, two threads", "verify, one core", ratio(results.two!, results.verify!));
  row("extractSignature, time of it", "time of verify", ratio(results.verify!, results.extract!));
}
