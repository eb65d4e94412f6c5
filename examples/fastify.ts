import fastify from "fastify";
import { receiver } from "./my-receiver.js";

export const app = fastify();

app.register(async (logs) => {
  // Without Fastify's parsers: the receiver reads the body itself, because a signature covers its bytes.
  logs.removeAllContentTypeParsers();
  logs.addContentTypeParser("*", (_request, _payload, done) => done(null));
  logs.post("/logs", (request, reply) => {
    reply.hijack();
    return receiver.handler(request.raw, reply.raw);
  });
});

if (import.meta.filename === process.argv[1]) console.log(await app.listen({ port: 8080 }));
