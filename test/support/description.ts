import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import addFormatsModule from "ajv-formats";
import { parse } from "yaml";

const read = (path: string) => readFileSync(new URL(`../../openapi/${path}`, import.meta.url), "utf8");

interface Schema {
  properties?: Record<string, Schema>;
  required?: string[];
  allOf?: Schema[];
  [keyword: string]: unknown;
}

/** Konnect's description, with its departures let in, and what they allow beside it. */
const description = parse(read("konnect-audit-logs.yaml"));
const departures = description["x-departures"];
const schemas: Record<string, Schema> = description.components.schemas;
for (const { schema, member, value } of departures.values) {
  const target = member === undefined ? schemas : schemas[schema]!.properties!;
  const key = member ?? schema;
  target[key] = { anyOf: [target[key], { enum: [value] }] };
}
for (const { schema, members } of departures.missing) {
  for (const part of [schemas[schema]!, ...(schemas[schema]!.allOf ?? [])])
    if (part.required) part.required = part.required.filter((name) => !members.includes(name));
}

const ajv = new Ajv({ strict: false, allErrors: true });
const addFormats = addFormatsModule as unknown as (ajv: Ajv) => void;
addFormats(ajv);
for (const format of ["path", "set", "url"]) ajv.addFormat(format, true);
ajv.addSchema(description, "konnect");

const token = (key: string) => key.replaceAll("~", "~0").replaceAll("/", "~1");
const templates = Object.keys(description.paths).map((path) => ({
  path,
  pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`),
}));

/**
 * What is wrong with an answer by `openapi/konnect-audit-logs.yaml` and its `x-departures`; undefined when nothing is.
 * A status that stands for a departure has a problem for its body.
 */
export async function problemWith(request: Request, response: Response): Promise<string | undefined> {
  const { pathname } = new URL(request.url);
  const template = templates.find(({ pattern }) => pattern.test(pathname))?.path;
  const operation = template && description.paths[template][request.method.toLowerCase()];
  const name = `${request.method} ${template ?? pathname}: ${response.status}`;
  if (operation === undefined) return `${name}: no such operation`;
  const described = operation.responses[response.status];
  const departs = departures.statuses.some(
    ({ status, operations }: { status: number; operations: string | string[] }) =>
      status === response.status &&
      (operations === "all" || operations.includes(`${request.method} ${template}`)),
  );
  if (described === undefined && !departs) return `${name}: no such status`;
  const text = await response.text();
  const content = described?.$ref
    ? description.components.responses[described.$ref.split("/").at(-1)].content
    : described?.content;
  if (described !== undefined && content === undefined)
    return text === "" ? undefined : `${name}: has a body`;
  const type = response.headers.get("content-type") ?? "";
  if (described !== undefined && !(type in content)) return `${name}: content type ${type}`;
  const pointer =
    described === undefined
      ? "/components/schemas/Problem"
      : described.$ref
        ? `${described.$ref.slice(1)}/content/${token(type)}/schema`
        : `/paths/${token(template!)}/${request.method.toLowerCase()}/responses/${response.status}/content/${token(type)}/schema`;
  const validate = ajv.getSchema(`konnect#${pointer}`) ?? ajv.compile({ $ref: `konnect#${pointer}` });
  return validate(JSON.parse(text)) ? undefined : `${name}: ${ajv.errorsText(validate.errors)}: ${text}`;
}

/** A fetch that throws for an answer that Konnect would not give. */
export async function describedFetch(url: string, init: RequestInit): Promise<Response> {
  const request = new Request(url, init);
  const copy = request.clone();
  const response = await fetch(request);
  const problem = await problemWith(copy, response.clone());
  if (problem !== undefined) throw new Error(problem);
  return response;
}
