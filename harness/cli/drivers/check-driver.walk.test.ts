import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { findFaketime } from "../../clients/drivers/faketime.ts";
import { checkDriver, type DriverCheck } from "./check-driver.ts";

const script = fileURLToPath(
  new URL("../../../test/support/drivers/node-driver.mjs", import.meta.url),
);

function check(defect?: string, patienceMs?: number): Promise<readonly DriverCheck[]> {
  const parameters = defect === undefined ? [script] : [script, defect];
  const command = { program: process.execPath, parameters };
  return checkDriver(
    { command, ...(patienceMs === undefined ? {} : { patienceMs }) },
    () => undefined,
  );
}

/** Each step starts a process. */
const SLOW = { timeout: 600_000 };

const wrong = (checks: readonly DriverCheck[]) =>
  checks
    .filter(({ outcome }) => outcome !== "ok")
    .map(({ step, message }) => `${step}: ${message}`);

it("finds nothing wrong with a driver that keeps to the protocol", SLOW, async () => {
  const checks = await check();
  expect(wrong(checks)).toEqual([]);
  expect(checks.map(({ step }) => step)).toEqual([
    "hello",
    "client-credentials",
    "two calls at once",
    "an error of the client",
    "a restart with a saved cache",
  ]);
});

it.each([
  ["garbage", /^line 1: is no JSON object.*Starting up…$/],
  ["other-version", /^hello: .*protocol.*brownout\/driver\/1/],
  ["wrong-id", /^line 2: answers the request 72, which is not open; open: 2/],
  ["dies", /exit code 9 before it answered acquire \(id 3\).*Segmentation fault/],
  ["twice", /^line 4: answers the request 3, which is not open/],
  ["no-token", /accessToken/],
  ["swallows-errors", /^an error of the client: the service refused the scope/],
])("says what a driver gets wrong: %s", SLOW, async (defect, expected) => {
  const patienceMs = defect === "wrong-id" ? 15_000 : undefined;
  expect(wrong(await check(defect, patienceMs)).join("\n")).toMatch(
    new RegExp(expected.source, "ms"),
  );
});

it("cannot distinguish a driver that is silent from a machine that is slow", SLOW, async () => {
  const checks = await check("silent", 15_000);
  const late = checks.find(({ step }) => step === "client-credentials");
  expect(late).toMatchObject({ outcome: "unknown" });
  expect(late?.message).toMatch(/an answer of the driver node-driver to acquire .* 15 s/);
});

it.skipIf(findFaketime() === undefined)("refuses a clock that does not follow", SLOW, async () => {
  expect(wrong(await check("wrong-clock")).join("\n")).toMatch(
    /the clock of node-driver shows 1970-01-01.*libfaketime does not move it/,
  );
});
