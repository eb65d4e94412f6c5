import express from "express";
import { receiver } from "./my-receiver.js";

export const app = express();

// Before any body parser: the receiver reads the body itself, because a signature covers its bytes.
app.post("/logs", receiver.handler);
app.use(express.json());

if (import.meta.filename === process.argv[1])
  app.listen(8080, () => console.log("http://localhost:8080/logs"));
