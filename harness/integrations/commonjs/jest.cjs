"use strict";
/** `brownout/jest` in the context of a test file. */
const loadEntry = require("./load-entry.cjs");

module.exports = loadEntry("integrations/jest");
if (process.env.JEST_WORKER_ID !== undefined) {
  const { rememberJestGlobals } = loadEntry.realRequire()(
    loadEntry.fileOf("integrations/suite/jest-realm"),
  );
  rememberJestGlobals(globalThis, require("@jest/globals"));
}
