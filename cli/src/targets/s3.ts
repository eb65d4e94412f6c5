import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { ExitError } from "../errors.js";
import type { TargetSettings } from "../options/targets.js";
import { awsHandler, checkRegion } from "./aws.js";
import type { Http } from "./http.js";
import { isBusy } from "./http.js";
import { loadPeer } from "./peer.js";
import { Busy } from "./verdict.js";

/** A bucket that objects are put into. */
export interface Bucket {
  /** The metadata of an object. Undefined if the object does not exist. */
  head(key: string): Promise<Record<string, string> | undefined>;
  /** Puts an object, and compares what the server says that it has stored. */
  put(key: string, body: Buffer, metadata: Record<string, string>): Promise<void>;
}

/** Errors of S3 that do not depend on the object: something must be fixed first. */
const SETTINGS =
  /^(?:NoSuchBucket|AccessDenied|Forbidden|InvalidAccessKeyId|SignatureDoesNotMatch|PermanentRedirect|AuthorizationHeaderMalformed|CredentialsProviderError|TokenRefreshRequired|ExpiredToken|InvalidBucketName)$/;

/** A bucket of Amazon S3 or of a server that speaks its protocol, with AWS's client, which finds credentials like the AWS tools. */
export async function openBucket(
  { bucket, endpoint, pathStyle }: TargetSettings,
  http: Http,
): Promise<Bucket> {
  if (!bucket) throw new ExitError(2, "--bucket is required for s3");
  const { S3Client, PutObjectCommand, HeadObjectCommand } = await loadPeer(
    "s3",
    "@aws-sdk/client-s3",
    () => import("@aws-sdk/client-s3"),
  );
  const client = new S3Client({
    requestHandler: awsHandler(http),
    // Another server has no regions, but the signature needs one.
    ...(endpoint && { endpoint, region: process.env.AWS_REGION ?? "us-east-1" }),
    ...(pathStyle && { forcePathStyle: true }),
  });
  return {
    async head(Key) {
      const found = await client
        .send(new HeadObjectCommand({ Bucket: bucket, Key }))
        .catch((error: AwsError) =>
          error.$metadata?.httpStatusCode === 404 ? undefined : judge(error, bucket),
        );
      return found && (found.Metadata ?? {});
    },
    async put(Key, Body, Metadata) {
      const command = new PutObjectCommand({
        ...{ Bucket: bucket, Key, Body, Metadata, ContentLength: Body.length },
        ContentType: "application/gzip",
      });
      const { ETag, ChecksumCRC32, ServerSideEncryption, SSECustomerAlgorithm } = await client
        .send(command)
        .catch((error: AwsError) => judge(error, bucket));
      // An ETag is the MD5 of the object, unless a key of the customer encrypts it.
      const [, md5] = /^"?([0-9a-f]{32})"?$/.exec(ETag ?? "") ?? [];
      const isMd5 = SSECustomerAlgorithm === undefined && !ServerSideEncryption?.startsWith("aws:kms");
      if (md5 !== undefined && isMd5 && md5 !== createHash("md5").update(Body).digest("hex"))
        throw new Busy(`the server has stored another content of ${Key} (its ETag differs)`);
      const sum = Buffer.alloc(4);
      sum.writeUInt32BE(crc32(Body));
      if (ChecksumCRC32 !== undefined && ChecksumCRC32 !== sum.toString("base64"))
        throw new Busy(`the server has stored another content of ${Key} (its checksum differs)`);
    },
  };
}

type AwsError = Error & { $metadata?: { httpStatusCode?: number } };

/** What an error of AWS's client, which has tried three times, means. */
function judge(error: AwsError, bucket: string): never {
  const status = error.$metadata?.httpStatusCode;
  if (error instanceof ExitError || error instanceof Busy) throw error;
  checkRegion(error, ", or give --endpoint for another server");
  const isRefused = status === 401 || status === 403 || status === 301;
  if (SETTINGS.test(error.name) || isRefused)
    throw new ExitError(
      2,
      `the bucket ${bucket} cannot be written (${error.name}: ${error.message}). Check --bucket, --endpoint and the credentials of AWS`,
      { cause: error },
    );
  if (status === undefined || isBusy(status)) throw new Busy(`${error.name}: ${error.message}`);
  throw error;
}
