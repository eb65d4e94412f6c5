import { temporaryFolder } from "../../../test/support/cleanup.js";
import { PRIVATE } from "../../src/archive/files.js";
import { openJetStreamSink } from "../../src/jetstream/sink.js";
import { testContext } from "./context.js";

/** A sink on a server. */
export function openTestSink(url: string) {
  const options = { servers: [url], stream: {}, state: temporaryFolder(), modes: PRIVATE };
  return openJetStreamSink(options, testContext().context);
}
