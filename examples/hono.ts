import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { receiver } from "./my-receiver.js";

export const app = new Hono();

app.post("/logs", (context) => receiver.fetch(context.req.raw));

// On Bun, Deno and workers: `export default app`.
if (import.meta.filename === process.argv[1]) serve({ fetch: app.fetch, port: 8080 });
