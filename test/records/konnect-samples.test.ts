import { describe, expect, it } from "vitest";
import { formatCef, parseCef } from "../../src/records/index.js";
import { samples } from "../../src/testing/samples.js";

const header = { version: "0", deviceVendor: "KongInc", deviceVersion: "1.0", duplicates: [] };

describe("the CEF samples of Konnect's documentation", () => {
  it("parse to what they say: the tutorial's line", () => {
    expect(parseCef(samples.authorization)).toEqual({
      ...header,
      prefix: "2025-06-18T21:02:36Z konghq.com",
      deviceProduct: "Konnect",
      deviceEventClassId: "konnect",
      name: "Authz.control-planes",
      severity: "1",
      extensions: {
        rt: "1750280466889",
        src: "127.0.0.6",
        action: "list",
        granted: "true",
        org_id: "777db3e4-5cb7-4dd5-b51c-9878096a6999",
        principal_id: "eb999f01-5976-4f4b-9fbc-dd5d514bd675",
        trace_id: "3959872677347089807",
        user_agent: "grpc-node-js/1.12.4",
        sig: "KbLaBhQFnggT_8CyC95b777R1_fGvvLVDn7awjZK8eZLdGPrSvnS-sxJw63j930eKr-VTsQv8-TQTD_GVmAPAQ",
      },
    });
  });

  it("parse to their content: a developer signs in to a Dev Portal, without a user agent", () => {
    expect(parseCef(samples.portalAuthentication)).toEqual({
      ...header,
      prefix: "2025-06-23T14:28:47Z konghq.com",
      deviceProduct: "Dev-Portal",
      deviceEventClassId: "AUTHENTICATION_TYPE_BASIC",
      name: "AUTHENTICATION_OUTCOME_SUCCESS",
      severity: "0",
      extensions: {
        rt: "1750688927556",
        src: "172.71.232.22",
        request: "/api/v2/developer/authenticate",
        success: "true",
        org_id: "998db3e4-5cb7-4dd5-b51c-9878096a6999",
        portal_id: "3e551b39-227d-4297-b911-e68fd5d77c17",
        principal_id: "a3d2699a-0ed3-4417-bb10-d8e74a1513a4",
        trace_id: "3360194145499877252",
        user_agent: "",
        sig: "XQC3OSFxLbi5dy2-o4xAXHT-x8oW5Df-zVsACWQLMU9Q-sPnEyk5CVs4JHwuRcwO0QNLsNaP1wsyrXYPeneXDQ",
      },
    });
  });

  it("parse to what they say: syslog's time, and a user agent of several words", () => {
    expect(parseCef(samples.syslogTime)).toEqual({
      ...header,
      prefix: "Apr 14 05:39:08 konghq.com",
      deviceProduct: "Konnect",
      deviceEventClassId: "konnect",
      name: "Authz.usage",
      severity: "1",
      extensions: {
        rt: "1681450748406",
        src: "127.0.0.6",
        action: "retrieve",
        granted: "true",
        org_id: "b065b594-6afc-4658-9101-5d9cf3f36b7b",
        principal_id: "87655c36-8d63-48fe-9a1e-53b28dfbc19b",
        trace_id: "3895213347334635099",
        user_agent: "grpc-node/1.24.11 grpc-c/8.0.0 (linux; chttp2; ganges)",
        sig: "fnjOUISTC2uLWTqCcmwUuOWa_daa4vEPxxUn2-QPVU1dmB-Ed2y2mwoB9dq94JJz2tF6Ok41Bci4FGwk4FhxAg",
      },
    });
  });

  it("are valid in strict mode, and formatCef writes them unchanged", () => {
    const { authorization, portalAuthentication, syslogTime } = samples;
    for (const line of [authorization, portalAuthentication, syslogTime]) {
      expect(formatCef(parseCef(line, { strict: true }))).toBe(line);
    }
  });
});
