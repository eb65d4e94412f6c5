import { ExitError } from "../errors.js";
import { awsHandler, checkRegion } from "./aws.js";
import { fieldsOf } from "./fields.js";
import { isBusy } from "./http.js";
import { loadPeer } from "./peer.js";
import type { Encoded, Target, TargetOptions } from "./target.js";
import { Busy, Refused, type Verdict } from "./verdict.js";

/** The longest time between the first and the last event of a request, in ms. */
const DAY = 24 * 3_600_000;
const BUSY = new Set(["ThrottlingException", "ServiceUnavailableException", "LimitExceededException"]);

/**
 * Amazon CloudWatch Logs, with the AWS client, which finds region and credentials like the AWS tools. The group and the stream
 * must exist.
 */
export async function cloudwatch({ url, group, stream, http }: TargetOptions): Promise<Target> {
  if (!group || !stream) throw new ExitError(2, "--group and --stream are required for CloudWatch");
  const { CloudWatchLogsClient, PutLogEventsCommand } = await loadPeer(
    "CloudWatch",
    "@aws-sdk/client-cloudwatch-logs",
    () => import("@aws-sdk/client-cloudwatch-logs"),
  );
  const client = new CloudWatchLogsClient({
    requestHandler: awsHandler(http),
    ...(url && { endpoint: url }),
  });

  /** How many of these, which are in the order of time, are too old; and from where they are too new. */
  const put = async (items: readonly Timed[]): Promise<[number, number]> => {
    const logEvents = items.map(({ at, record }) => ({ timestamp: at, message: record.text }));
    const command = new PutLogEventsCommand({ logGroupName: group, logStreamName: stream, logEvents });
    const { rejectedLogEventsInfo: info } = await client.send(command).catch(judge);
    const old = Math.max(info?.tooOldLogEventEndIndex ?? 0, info?.expiredLogEventEndIndex ?? 0);
    return [old, info?.tooNewLogEventStartIndex ?? items.length];
  };

  return {
    maxItems: 5_000,
    maxBytes: 1_000_000,
    encode: (item) => (item.event === undefined ? item.raw : JSON.stringify(fieldsOf(item))),
    async send(records) {
      const verdicts = new Map<Encoded, Verdict>();
      const now = Date.now();
      let left = records
        .map((record) => ({ record, at: record.item.event?.time?.getTime() ?? now }))
        .sort((a, b) => a.at - b.at);
      while (left.length > 0) {
        const end = left.findIndex(({ at }) => at - left[0]!.at > DAY);
        const span = end === -1 ? left : left.slice(0, end);
        try {
          const [old, tooNew] = await put(span);
          for (const [i, { record }] of span.entries())
            verdicts.set(record, i < old || i >= tooNew ? { poison: "too old or too new" } : "taken");
        } catch (error) {
          if (verdicts.size === 0) throw error;
          break;
        }
        left = left.slice(span.length);
      }
      return records.map((record) => verdicts.get(record) ?? "retry");
    },
  };
}

interface Timed {
  record: Encoded;
  at: number;
}

/** What an error of AWS's client, which has tried three times, means for the batch. */
function judge(error: Error & { $metadata?: { httpStatusCode?: number; attempts?: number } }): never {
  checkRegion(error);
  const status = error.$metadata?.httpStatusCode;
  const isAway = status === undefined && error.$metadata?.attempts !== undefined;
  if (isAway || isBusy(status ?? 0) || BUSY.has(error.name))
    throw new Busy(`${error.name}: ${error.message}`);
  if (error.name === "InvalidParameterException") throw new Refused(`${error.name}: ${error.message}`);
  throw error;
}
