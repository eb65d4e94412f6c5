// The ESM and the CommonJS copy of the package side by side, as in a project whose dependencies use either.
import { createRequire } from "node:module";
import * as esm from "konnect-audit-logs";

const cjs = createRequire(import.meta.url)("konnect-audit-logs");
const thrown = [];
for (const copy of [esm, cjs]) {
  try {
    copy.parseCef("x");
  } catch (error) {
    thrown.push(error);
  }
  thrown.push(
    new copy.KonnectApiError({
      method: "GET",
      path: "/",
      status: 400,
      statusText: "",
      problem: {},
      note: "",
    }),
  );
}
const seen = thrown.map((error) =>
  [esm, cjs].map(({ KonnectError, CefSyntaxError, KonnectApiError }) =>
    [KonnectError, CefSyntaxError, KonnectApiError].map((each) => Number(error instanceof each)).join(""),
  ),
);
console.log(JSON.stringify({ copies: esm.KonnectError === cjs.KonnectError ? 1 : 2, seen }));
