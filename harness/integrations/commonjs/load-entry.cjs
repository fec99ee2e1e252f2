"use strict";
/**
 * Loads an entry point, which is an ES module, for `require`. Under Jest its own registry of
 * modules would load it once for each test file, into the context of the test, and cannot read
 * ES modules without a flag; there the process itself loads it, outside of that context.
 */
const { existsSync, readFileSync } = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");

/** The exports of harness/`name`, as functions of the context of the file that requires them. */
module.exports = function loadEntry(name) {
  checkNode();
  const load = realRequire();
  const entry = load(fileOf(name));
  const { inRealm } = load(fileOf("core/time/realm"));
  if (vm.runInThisContext("globalThis") === globalThis) return entry;
  return Object.fromEntries(
    Object.entries(entry).map(([key, value]) => [key, boundTo(value, inRealm)]),
  );
};

module.exports.realRequire = realRequire;
module.exports.fileOf = fileOf;
module.exports.checkNode = checkNode;

function boundTo(value, inRealm) {
  if (typeof value !== "function" || /^class\b/.test(Function.prototype.toString.call(value)))
    return value;
  return (...values) => inRealm(globalThis, () => value(...values));
}

/** Node's own `require`: what a file under Jest has is Jest's. */
function realRequire() {
  const { createRequire } = vm.runInThisContext("process.getBuiltinModule('node:module')");
  return createRequire(__filename);
}

/** In the repository the source, in the package its build. */
function fileOf(name) {
  const file = path.join(path.dirname(__dirname), "..", name);
  return existsSync(`${file}.ts`) ? `${file}.ts` : `${file}.js`;
}

/** Throws unless this Node is one of `engines`, which virtual time needs. */
function checkNode() {
  const folders = [
    path.join(__dirname, "..", "..", ".."),
    path.join(__dirname, "..", "..", "..", ".."),
  ];
  const manifest = folders.map((folder) => path.join(folder, "package.json")).find(existsSync);
  const [, needed] = /(\d+\.\d+)/.exec(JSON.parse(readFileSync(manifest, "utf8")).engines.node);
  const [major, minor] = needed.split(".").map(Number);
  const [ownMajor, ownMinor] = process.versions.node.split(".").map(Number);
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return;
  throw new Error(
    `brownout: virtual time needs Node ${needed} or newer for the tests, and this is ${process.versions.node}. Run them with a newer Node; the command "npx brownout" brings its own.`,
  );
}
