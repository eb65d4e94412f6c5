import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { Context } from "../../context.js";
import { ExitError } from "../../errors.js";
import { escapeText } from "../../output/escape.js";
import type { Health } from "../../service/health.js";
import { Http } from "../../targets/http.js";
import { openBucket } from "../../targets/s3.js";
import { Busy } from "../../targets/verdict.js";
import type { ForwardOptions } from "./options.js";
import { forwardToBucket } from "./to-bucket.js";
import type { ForwardHow } from "./to-target.js";

/** Puts the closed segments of a folder into a bucket of S3. */
export async function forwardToS3(
  folder: string,
  options: ForwardOptions,
  { reader, identity, modes }: ForwardHow,
  context: Context,
  health: Health,
): Promise<void> {
  const { follow = false, prefix = "", state, minWait } = options;
  const bucket = await openBucket(options, await Http.create({ ca: options.ca }));
  const how = { folder, reader, identity, state, follow, prefix, modes, minWait };
  await forwardToBucket(how, bucket, context, health);
  if (!follow) context.signal.throwIfAborted();
}

/** Puts one small object with a random name, and prints the result. */
export async function testBucket(options: ForwardOptions, { log }: Context): Promise<void> {
  const bucket = await openBucket(options, await Http.create({ ca: options.ca }));
  const key = `${options.prefix ? `${options.prefix.replace(/\/+$/, "")}/` : ""}konnect-audit-test-${randomBytes(6).toString("hex")}.gz`;
  log.info(`An object ${key} is put into ${options.bucket}.`);
  try {
    await bucket.put(key, gzipSync("konnect-audit forward --test\n"), {});
  } catch (error) {
    if (error instanceof Busy) throw new ExitError(3, `s3 did not take it: ${error.message}`);
    throw error;
  }
  process.stdout.write(`${escapeText(`✓ s3 took it: ${options.bucket}/${key}`)}\n`);
}
