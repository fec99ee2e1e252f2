"use strict";
/** Vitest reads ES modules only: whoever requires `brownout/vitest` has another runner, or must import it. */
const loadEntry = require("./load-entry.cjs");

loadEntry.checkNode();
const { requireRunner } = loadEntry.realRequire()(loadEntry.fileOf("integrations/require-runner"));
requireRunner("vitest");
throw new Error(
  'brownout/vitest cannot be required. Write: import { useEntra } from "brownout/vitest".',
);
