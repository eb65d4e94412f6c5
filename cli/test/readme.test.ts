import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import cli from "../package.json";
import { runReadme } from "../scripts/readme.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

/** Without what differs from run to run. */
function steady(text: string): string {
  return (
    text
      .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "<uuid>")
      .replace(/:\d{4,5}\b/g, ":<port>")
      .replace(/\b[\w-]{86}(?![\w-])/g, "<signature>")
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, "<time>")
      .replace(/\b[0-9a-f]{8}0{8}[0-9a-f]{16}\b/g, "<trace>")
      .replace(/\b1\d{12}\b/g, "<ms>")
      // The records of doctor's own first calls may already have been sent.
      .replace(/(Delivery is active): .*/, "$1: <attempt>")
  );
}

describe("the README of konnect-audit", () => {
  it("shows what its commands print, when they are run one after the other", async () => {
    expect(steady(await runReadme(readme))).toBe(steady(readme));
  });

  it("describes every command", () => {
    const names = [...readme.matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
    const listed = [...readme.matchAll(/^ {2}(\w+) \[options\]/gm)].map(([, name]) => name);
    expect(names).toEqual(listed);
  });

  it("names what has to be installed", () => {
    expect(cli.engines.node).toBe(">=20.19");
    expect(readme).toMatch(/Node 20\.19 or later/);
  });
});
