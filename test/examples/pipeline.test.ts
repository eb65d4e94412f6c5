import { describe, expect, it } from "vitest";
import { KonnectClient } from "../../src/index.js";
import { example, siem } from "./support.js";

describe("setup-webhook, doctor and teardown", () => {
  it("set the pipeline up, look at it, and take it down, again and again", async () => {
    const { server, variables } = await siem();
    const konnect = new KonnectClient({ baseUrl: server.url, token: server.token });

    const sick = await example("doctor", variables);
    expect(sick.output).toMatch(/✗ webhook +The webhook is not configured\.\n +→ Set it up/);
    expect(sick.output).toMatch(/✗ the pipeline is not healthy\n$/);
    expect(sick.status).toBe(1);

    const first = await example("setup-webhook", variables, "--format", "json");
    expect(first.output).toMatch(/✓ destination SIEM \(.*\): new\n✓ webhook: enabled now/);
    expect(first.status).toBe(0);
    const again = await example("setup-webhook", variables, "--format", "json");
    expect(again.output).toMatch(/: as it was\n✓ webhook: was enabled already/);
    const changed = await example("setup-webhook", variables);
    expect(changed.output).toMatch(/: changed: log_format/);
    expect((await konnect.listDestinations()).data).toHaveLength(1);

    const healthy = await example("doctor", variables);
    expect(healthy.output).toMatch(/✓ token .*\n✓ webhook .*\n✓ destination .*127\.0\.0\.1/);
    expect(healthy.status).toBe(0);
    const asJson = await example("doctor", variables, "--json");
    expect(JSON.parse(asJson.output)).toMatchObject({ ok: true });

    const other = await example("setup-webhook", variables, "--name", "other");
    expect(other.output).toMatch(/^✗ the webhook already delivers to another destination .*replace/);
    expect(other.status).toBe(1);
    const replaced = await example("setup-webhook", variables, "--name", "other", "--replace");
    expect(replaced.output).toMatch(/it named .* before/);

    const down = await example("teardown", variables, "--name", "other");
    expect(down.output).toMatch(/✓ webhook: deleted\n✓ destination other \(.*\): deleted/);
    const left = await example("teardown", variables);
    expect(left.output).toMatch(/left alone\n✓ destination SIEM \(.*\): deleted/);
    const gone = await example("teardown", variables);
    expect(gone.output).toMatch(/destination SIEM does not exist/);
    expect(gone.status).toBe(0);
    for (const { output } of [first, again, other, down, healthy])
      for (const secret of [variables.KONNECT_TOKEN, "siem-secret"]) expect(output).not.toContain(secret);
  });

  it.each(["setup-webhook", "doctor", "teardown"])(
    "%s answers --help, and says what is missing",
    async (name) => {
      const help = await example(name, {}, "--help");
      expect(help.output).toMatch(/npx tsx examples\/.*KONNECT_TOKEN .*KONNECT_REGION/s);
      expect(help.status).toBe(0);
      const nothing = await example(name, { SIEM_ENDPOINT: "https://x.example", SIEM_TOKEN: "x" });
      expect(nothing.output).toMatch(/^✗ no (token|region): set .*KONNECT_/);
      expect(nothing.status).toBe(1);
      const strange = await example(name, {}, "--colour");
      expect(strange.output).toMatch(/^✗ .*--colour/);
      expect(strange.status).toBe(1);
    },
  );
});
