/** Prints how fast this package is, beside something that everybody knows; `bench/README.md` tells how to read it. */
import { benchJetStream } from "./jetstream.js";
import { benchListen } from "./listen.js";
import { benchMemory } from "./memory.js";
import { benchParse } from "./parse.js";
import { benchPull } from "./pull.js";
import { benchRead } from "./read.js";
import { benchReceive } from "./receive.js";
import { benchStart } from "./start.js";
import { benchNewKey, benchVerify, benchVerifyArchive } from "./verify.js";

const quick = process.argv.includes("--quick");
const only = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const wants = (name: string) => only.length === 0 || only.includes(name);
const rounds = quick ? 3 : 9;
console.log(`Node ${process.version}, ${process.arch}\n`);
console.log(`| ${"what".padEnd(46)} | ${"beside".padEnd(44)} |  ratio |      spread |`);
console.log(`| ${"-".repeat(46)} | ${"-".repeat(44)} | -----: | ----------: |`);
if (wants("parse")) await benchParse(quick ? 20_000 : 200_000, rounds);
if (wants("verify")) {
  await benchVerify(quick ? 2_000 : 20_000, quick ? 3 : 9);
  await benchVerifyArchive(quick ? 16 : 1_024, quick ? 1 : 3);
  await benchNewKey(20);
}
if (wants("read")) await benchRead(quick ? 64 : 1_024, quick ? 1 : 3);
if (wants("receive")) {
  await benchReceive(quick ? 80 : 400, quick ? 3 : 5);
  await benchListen(quick ? 100 : 400, quick ? 3 : 15);
}
if (wants("listen") && !wants("receive")) await benchListen(quick ? 100 : 400, quick ? 3 : 15);
if (wants("pull")) await benchPull(quick ? 20_000 : 200_000, quick ? 3 : 5);
if (wants("start")) await benchStart(quick ? 5 : 21);
if (wants("memory")) await benchMemory();
if (wants("jetstream")) await benchJetStream(quick ? 3 : 5);
