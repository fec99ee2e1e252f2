"use strict";
/** `brownout/jest` in the context of a test file. */
const loadEntry = require("./load-entry.cjs");

const { expectEntra, useEntra } = loadEntry("integrations/jest");

// Jest in ES module mode reads the names for `import { useEntra }` from this text.
module.exports = { expectEntra, useEntra };
if (process.env.JEST_WORKER_ID !== undefined) {
  const { rememberJestGlobals } = loadEntry.realRequire()(
    loadEntry.fileOf("integrations/suite/jest-realm"),
  );
  rememberJestGlobals(globalThis, require("@jest/globals"));
}
