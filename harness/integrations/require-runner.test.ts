/** One sentence under another runner; the runners themselves are asked in `test/install.walk.test.ts`. */
import { createRequire } from "node:module";
import { afterEach, expect, it, vi } from "vitest";
import { requireRunner } from "./require-runner.ts";

const { cache } = createRequire(import.meta.url);
const module = { exports: {} } as NodeJS.Module;

afterEach(() => vi.unstubAllEnvs());

it("lets the runner of the entry pass, also when another one has started it", () => {
  expect(() => requireRunner("vitest")).not.toThrow();
  vi.stubEnv("JEST_WORKER_ID", "1");
  expect(() => requireRunner("vitest")).not.toThrow();
  expect(() => requireRunner("jest")).not.toThrow();
});

it.each([
  ["jest", /^brownout\/jest is for Jest, and Vitest runs this file\n.* from "brownout\/vitest"/],
  ["mocha", /^brownout\/mocha is for Mocha, and Vitest runs this file\n/],
  ["node:test", /^brownout\/node-test is for node:test, and Vitest runs this file\n/],
  [
    "playwright",
    /^brownout\/playwright is for Playwright, and Vitest runs this file\n.*import \{ useEntra \} from "brownout\/vitest"/,
  ],
] as const)("names the entry to take in place of that of %s", (wanted, message) => {
  expect(() => requireRunner(wanted)).toThrow(message);
});

it("knows each runner by its traces, and names brownout/suite where there is none", () => {
  vi.stubEnv("VITEST", undefined);
  expect(() => requireRunner("vitest")).toThrow(
    /^brownout\/vitest is for Vitest, which does not run this file\n.*createEntra.*brownout\/suite/,
  );
  // A file of node:test may be run by itself, and Playwright has words of its own.
  requireRunner("node:test");
  for (const file of ["/a/node_modules/mocha/lib/mocha.cjs", "C:\\a\\mocha\\lib\\mocha.js"]) {
    cache[file] = module;
    expect(() => requireRunner("vitest")).toThrow(/and Mocha runs this file\n.*"brownout\/mocha"/);
    expect(() => requireRunner("node:test")).toThrow(/and Mocha runs this file/);
    requireRunner("mocha");
    delete cache[file];
  }
  requireRunner("playwright");
  vi.stubEnv("TEST_WORKER_INDEX", "0");
  requireRunner("playwright");
  expect(() => requireRunner("vitest")).toThrow(
    /and Playwright runs this file\n.*import \{ expect, test \} from "brownout\/playwright"/,
  );
  vi.stubEnv("TEST_WORKER_INDEX", undefined);
  vi.stubEnv("NODE_TEST_CONTEXT", "child-v8");
  expect(() => requireRunner("vitest")).toThrow(/and node:test runs this file\n.*node-test"/);
  vi.stubEnv("NODE_TEST_CONTEXT", undefined);
  vi.stubEnv("JEST_WORKER_ID", "1");
  expect(() => requireRunner("vitest")).toThrow(/and Jest runs this file\n.*"brownout\/jest"/);
});
