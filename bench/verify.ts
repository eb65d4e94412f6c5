import { execFileSync, spawnSync } from "node:child_process";
import { createPublicKey, verify } from "node:crypto";
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { createVerifier, extractSignature, type Verifier } from "konnect-audit-logs/signature";
import { auditRecords, createSigner } from "konnect-audit-logs/testing";
import { wasmEngine } from "konnect-audit-logs/wasm";
import { interleaved, median, rate, ratio, row } from "./rounds.js";

/** How many signatures OpenSSL verifies a second on one core. */
function openssl(): number {
  const output = execFileSync("openssl", ["speed", "-seconds", "2", "ed25519"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  return Number(/ed25519\S*\D.*\s([\d.]+)\s*$/im.exec(output.toString().trim())?.[1]);
}

const signer = createSigner("bench");

export async function benchVerify(count: number, rounds: number): Promise<void> {
  const lines = [...auditRecords(count, { signer })];
  const verifier = createVerifier({ keys: signer.jwks });
  const fast = createVerifier({ keys: signer.jwks, engine: wasmEngine() });
  const key = createPublicKey({ key: { ...signer.jwks.keys[0] }, format: "jwk" });
  const signed = lines.map((line) => {
    const { signature, signedPayload } = extractSignature(line)!;
    return [Buffer.from(signedPayload), Buffer.from(signature, "base64url")] as const;
  });
  const all = (by: Verifier, options: { workers: number }) => () =>
    rate(async () => {
      let valid = 0;
      for await (const { verification } of by.verifyAll(lines, options))
        if (verification.status === "valid") valid++;
      if (valid !== count) throw new Error(`${valid} of ${count} are valid`);
      return count;
    });
  const results = await interleaved(
    {
      openssl,
      cryptoVerify: () =>
        rate(() => {
          const some = signed.slice(0, count / 4);
          for (const [payload, signature] of some)
            if (!verify(null, payload, key, signature)) throw new Error("not valid");
          return some.length;
        }),
      fast: all(fast, { workers: 0 }),
      verify: () =>
        rate(async () => {
          for (const line of lines)
            if ((await verifier.verify(line)).status !== "valid") throw new Error("not valid");
          return count;
        }),
      fastOnTwo: all(fast, { workers: 2 }),
      two: all(verifier, { workers: 2 }),
      extract: () =>
        rate(() => {
          for (const line of lines) if (extractSignature(line) === undefined) throw new Error("no signature");
          return count;
        }),
    },
    rounds,
  );
  row("verify, one core", "openssl speed ed25519", ratio(results.verify!, results.openssl!));
  row("verifyAll, two threads", "verify, one core", ratio(results.two!, results.verify!));
  row("extractSignature, time of it", "time of verify", ratio(results.verify!, results.extract!));
  row("verifyAll, engine, one core", "crypto.verify alone", ratio(results.fast!, results.cryptoVerify!));
  row("verifyAll, engine, two threads", "verifyAll, two threads", ratio(results.fastOnTwo!, results.two!));
}

/** How long the first record of a new key takes, which is the table of the key, in ms. */
export async function benchNewKey(keys: number): Promise<void> {
  const engine = wasmEngine();
  const times: number[] = [];
  for (let i = 0; i < keys; i++) {
    const each = createSigner(`key ${i}`);
    const verifier = createVerifier({ keys: each.jwks, engine });
    const [line = ""] = auditRecords(1, { signer: each });
    const start = performance.now();
    if ((await verifier.verify(line)).status !== "valid") throw new Error("not valid");
    times.push(performance.now() - start);
  }
  console.log(
    `\nEngine: the first record of a key takes ${median(times).toFixed(1)} ms, at most ${Math.max(...times).toFixed(1)} ms`,
  );
}

/** `konnect-audit verify` over an archive, with the engine and without. */
export async function benchVerifyArchive(megabytes: number, rounds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    const [keys, file] = [join(folder, "keys.json"), join(folder, "audit.log.gz")];
    writeFileSync(keys, JSON.stringify(signer.jwks));
    const block = `${[...auditRecords(20_000, { seed: "bench", signer })].join("\n")}\n`;
    const compressed = gzipSync(block);
    const out = createWriteStream(file);
    for (let size = 0; size < megabytes * 2 ** 20; size += block.length) out.write(compressed);
    out.end();
    await finished(out);
    const main = fileURLToPath(new URL("../cli/dist/main.js", import.meta.url));
    const time = (engine: string) => () => {
      const start = performance.now();
      const { status, stderr } = spawnSync(process.execPath, [
        main,
        "verify",
        "--keys",
        keys,
        "--engine",
        engine,
        file,
      ]);
      if (status !== 0) throw new Error(stderr.toString());
      return 1 / (performance.now() - start);
    };
    const results = await interleaved({ wasm: time("wasm"), runtime: time("runtime") }, rounds);
    const what = `konnect-audit verify, ${megabytes} MiB in gzip`;
    row(what, "the same with --engine runtime", ratio(results.wasm!, results.runtime!));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
