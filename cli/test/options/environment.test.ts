import type { Command } from "@commander-js/extra-typings";
import { describe, expect, it } from "vitest";
import { checkNeeds } from "../../src/options/conflicts.js";
import { readEnvironment, variableOf, warnOfUnknown } from "../../src/options/environment.js";
import { createProgram } from "../../src/program.js";
import { testContext } from "../support/context.js";

/** The options that a command has, from a command line and variables. */
async function optionsOf(args: string[], variables: Record<string, string>) {
  const { context } = testContext();
  const errors: string[] = [];
  const program = createProgram(() => context, { outputError: (text) => errors.push(text), writeErr() {} });
  const command = program.commands.find((one) => one.name() === args[0]) as unknown as Command;
  let options: Record<string, unknown> | undefined;
  const run = command.action(() => {
    readEnvironment(command, variables);
    checkNeeds(command);
    options = command.opts();
  });
  try {
    await run.parseAsync(args.slice(1), { from: "user" });
  } catch (error) {
    if (errors.length === 0) throw error;
  }
  return { options, error: errors.join("") };
}

describe("the variables of the options", () => {
  it("give an option what the command line would give it", async () => {
    const { options } = await optionsOf(["listen"], {
      KONNECT_AUDIT_FOLDER: "/data",
      KONNECT_AUDIT_KEEP: "90d",
      KONNECT_AUDIT_MAX_BYTES: "10G",
      KONNECT_AUDIT_COMPRESS: "yes",
      KONNECT_AUDIT_REQUIRE_VALID: "no",
      KONNECT_AUDIT_REGION: "us,eu",
      KONNECT_AUDIT_SIEM_TOKEN_FILE: "/run/old,/run/new",
      KONNECT_AUDIT_BASE_URL: "eu=https://eu.example,us=https://us.example",
      KONNECT_AUDIT_HEALTH: "0.0.0.0:9090",
    });
    expect(options).toMatchObject({
      folder: "/data",
      keep: 90 * 86_400_000,
      maxBytes: 10 * 2 ** 30,
      compress: true,
      region: ["us", "eu"],
      siemTokenFile: ["/run/old", "/run/new"],
      baseUrl: [
        { region: "eu", url: "https://eu.example" },
        { region: "us", url: "https://us.example" },
      ],
      health: { host: "0.0.0.0", port: 9090 },
    });
    expect(options).not.toHaveProperty("requireValid");
  });

  it("are weaker than the command line", async () => {
    const { options } = await optionsOf(["listen", "--folder", "here"], { KONNECT_AUDIT_FOLDER: "there" });
    expect(options).toMatchObject({ folder: "here" });
  });

  it("are silent where they contradict the command line", async () => {
    const { options, error } = await optionsOf(["listen", "--stdout"], {
      KONNECT_AUDIT_FOLDER: "there",
      KONNECT_AUDIT_KEEP: "90d",
    });
    expect(error).toBe("");
    expect(options).toMatchObject({ stdout: true, folder: "audit-logs" });
    expect(options).not.toHaveProperty("keep");
    const bare = await optionsOf(["pull", "--region", "eu"], { KONNECT_AUDIT_BASE_URL: "https://x.example" });
    expect(bare.options).not.toHaveProperty("baseUrl");
    const named = await optionsOf(["pull", "--region", "eu"], {
      KONNECT_AUDIT_BASE_URL: "eu=https://x.example",
    });
    expect(named.options).toMatchObject({ baseUrl: [{ region: "eu", url: "https://x.example" }] });
  });

  it.each([
    [{ KONNECT_AUDIT_KEEP: "90" }, /variable KONNECT_AUDIT_KEEP: '90' is invalid/],
    [
      { KONNECT_AUDIT_COMPRESS: "perhaps" },
      /KONNECT_AUDIT_COMPRESS: 'perhaps' is invalid. It must be yes or no/,
    ],
    [{ KONNECT_AUDIT_REGION: "eu,xx" }, /KONNECT_AUDIT_REGION.*Allowed choices are us, eu/],
    [
      { KONNECT_AUDIT_STDOUT: "yes", KONNECT_AUDIT_FOLDER: "f" },
      /KONNECT_AUDIT_(?:STDOUT|FOLDER).*contradict/,
    ],
  ])("are refused by name: %j", async (variables, problem) => {
    expect((await optionsOf(["listen"], variables)).error).toMatch(problem);
  });

  it("count as not set when they are empty", async () => {
    expect((await optionsOf(["listen"], { KONNECT_AUDIT_KEEP: "" })).error).toBe("");
  });

  it("do not exist for an option of one run", async () => {
    const { options } = await optionsOf(["pull"], { KONNECT_AUDIT_LIMIT: "1", KONNECT_AUDIT_SINCE: "1h" });
    expect(options).not.toHaveProperty("limit");
    expect(options).not.toHaveProperty("since");
  });

  it("that no command knows are warned about, with the nearest name", async () => {
    const { context } = testContext();
    const program = createProgram(() => context);
    const warnings: string[] = [];
    const commands = [...program.commands] as unknown as Command[];
    const variables = {
      KONNECT_AUDIT_FODLER: "x",
      KONNECT_AUDIT_POLL: "1s",
      KONNECT_AUDIT_LIMIT: "1",
      OTHER: "x",
    };
    await warnOfUnknown(commands, (text) => warnings.push(text), variables);
    expect(warnings).toEqual([
      "no command knows the variable KONNECT_AUDIT_FODLER. Did you mean KONNECT_AUDIT_FOLDER?",
      expect.stringMatching(/^no command knows the variable KONNECT_AUDIT_LIMIT/),
    ]);
  });

  it("have the names of the options", () => {
    expect(variableOf({ long: "--siem-token-file" })).toBe("KONNECT_AUDIT_SIEM_TOKEN_FILE");
    expect(variableOf({ long: "--until" })).toBeUndefined();
  });
});

describe("options on one command line", () => {
  it.each([
    [
      ["listen", "--stdout", "--folder", "f", "--keep", "1d"],
      /--stdout cannot be used with --keep|--folder.*--stdout/,
    ],
    [["listen", "--jetstream", "nats://x", "--compress"], /--jetstream cannot be used with --compress/],
    [["listen", "--replicas", "3"], /--replicas needs --jetstream/],
    [["listen", "--keep-silent"], /--keep-silent needs --keep/],
    [["listen", "-q", "-v"], /--quiet cannot be used with --verbose/],
    [
      ["pull", "--folder", "f", "--out", "o"],
      /--folder cannot be used with --out|--out cannot be used with --folder/,
    ],
    [
      ["pull", "--region", "eu", "--base-url", "https://x.example"],
      /--region cannot be used with --base-url/,
    ],
    [
      ["pull", "--base-url", "https://x.example", "--base-url", "https://y.example"],
      /--base-url.*given twice/,
    ],
    [
      ["pull", "--base-url", "eu=https://x.example", "--base-url", "eu=https://y.example"],
      /eu was given twice/,
    ],
    [["pull", "--base-url", ""], /--base-url.*It is empty/],
    [["pull", "--base-url", "http://x.example"], /--base-url.*https URL/],
    [["pull", "--health", "9090"], /--health needs --follow/],
    [["forward", "--health", "9090"], /--health needs --follow or --jetstream/],
  ])("are refused if they contradict each other: %j", async (args, problem) => {
    expect((await optionsOf(args, {})).error).toMatch(problem);
  });

  it("take the regions once each, in order", async () => {
    const { options } = await optionsOf(["pull", "--region", "us,eu", "--region", "eu"], {});
    expect(options).toMatchObject({ region: ["us", "eu"] });
  });
});
