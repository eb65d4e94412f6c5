import { describe, expect, it } from "vitest";
import { fromPulledRecord } from "../../../src/records/index.js";

describe("fromPulledRecord", () => {
  it.each([
    [
      { type: "authorization", granted: true },
      { severity: 1, name: "Authz.", event_class_id: undefined },
    ],
    [
      { type: "authorization", granted: "true", service: "s" },
      { severity: 6, event_class_id: "s" },
    ],
    [
      { type: "authorization", service: 5 },
      { severity: 6, event_class_id: "5" },
    ],
    [
      { type: "gateway_access", status_code: 500, service: "s" },
      { severity: 10, event_class_id: "KongGateway" },
    ],
    [{ type: "gateway_access" }, { severity: 1, name: "Ingress" }],
    [
      { type: "authentication", outcome: "locked" },
      { severity: 6, event_class_id: undefined },
    ],
    [
      { authentication_type: "sso", outcome: "success" },
      { severity: 0, type: "authentication" },
    ],
    [
      { type: "other", authentication_type: "sso" },
      { type: "unknown", name: "other", severity: undefined },
    ],
    [
      { type: "other", original: { type: "gateway_access" } },
      { type: "unknown", name: "other" },
    ],
    [
      { type: "unknown", original: { type: "gateway_access" } },
      { type: "access", name: "Ingress" },
    ],
    [
      { type: "unknown", original: "text" },
      { type: "unknown", name: "unknown", extra: { original: "text" } },
    ],
    [{}, { type: "unknown", name: "", severity: undefined, event_class_id: undefined, timestamp: undefined }],
  ])("makes the head of %j", (record, head) => {
    expect(fromPulledRecord(record)).toMatchObject(head);
  });

  it.each([
    [{ ts: "2026-11-25T10:00:00Z" }, { rt: 1795600800000, timestamp: "2026-11-25T10:00:00Z", malformed: {} }],
    [{ ts: "yesterday" }, { rt: undefined, timestamp: "yesterday", time: undefined }],
    [{ ts: 5 }, { rt: undefined, timestamp: "5", time: undefined }],
    [
      { ts: undefined, org_id: undefined },
      { rt: undefined, timestamp: undefined, malformed: {}, extra: {} },
    ],
  ])("makes the time of %j", (members, time) => {
    const event = fromPulledRecord({ type: "authorization", ...members });
    expect(event).toMatchObject(time);
    expect("rt" in event.malformed).toBe(false);
  });
});
