import { expect, it } from "vitest";
import { checkClock, checkLoopback, probeMachine } from "./probe-machine.ts";

const unfit = { code: "unfit-machine" };

// S17
it.each([
  ["2019-12-31T23:59:59Z", /says 2019-12-31, and .* from 2020-01-01 to 2099-12-31/],
  ["1970-01-01T00:00:00Z", /says 1970-01-01/],
  ["2100-01-01T00:00:00Z", /says 2100-01-01/],
])("a clock that says %s is the machine's fault", (date, message) => {
  expect(() => checkClock(Date.parse(date))).toThrow(message);
  expect(() => checkClock(Date.parse(date))).toThrow(expect.objectContaining(unfit));
});

// S21
it("an address that cannot be reached is the machine's fault", async () => {
  // For documentation, and so of no machine (RFC 5737).
  await expect(checkLoopback("192.0.2.1")).rejects.toMatchObject({ ...unfit, place: "192.0.2.1" });
});

it("a machine that works is fit, and mounts without sockets need nothing of it", async () => {
  await expect(probeMachine(["https", "proxy"], () => Date.now())).resolves.toBeUndefined();
  await expect(probeMachine(["msw", "direct"], () => 0)).resolves.toBeUndefined();
  await expect(probeMachine(["https"], () => 0)).rejects.toMatchObject(unfit);
});
