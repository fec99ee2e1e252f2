import { expect, it } from "vitest";
import { useEntra } from "./vitest.ts";

const entra = useEntra();

it("answers have the time of the simulator in their header Date, and journals do not", async () => {
  await entra.clock.advance("90m");
  const url = "https://login.microsoftonline.com/common/discovery/v2.0/keys";
  const response = await entra.clock.settle(fetch(url));
  expect(Date.parse(response.headers.get("date") ?? "")).toBe(Date.now());
  expect(entra.journal()).not.toMatch(/"date","/i);
});
