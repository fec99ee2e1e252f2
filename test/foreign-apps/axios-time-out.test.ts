/** axios in Node, with a time-out of 3.5 s on its sockets: it ends when it is due in virtual time, on every kind of mount. */
import axios from "axios";
import { beforeEach, describe, expect, it } from "vitest";
import { useEntra } from "../../harness/integrations/vitest.ts";

const TOKEN = "https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token";
const TIME_OUT_MS = 3_500;

const askForToken = (): Promise<unknown> =>
  axios.post(
    TOKEN,
    new URLSearchParams({
      grant_type: "client_credentials",
      client_id: "33333333-cccc-4ccc-8ccc-000000000011",
      client_secret: "fixture-secret-of-nightly-daemon",
      scope: "api://orders/.default",
    }),
    // The adapter of Node's own HTTP; that of fetch has no time-out of sockets.
    { timeout: TIME_OUT_MS, adapter: "http", proxy: false },
  );

describe.each(["msw", "https"] as const)("a time-out of axios under the mount %s", (mount) => {
  const entra = useEntra({ mount });
  let before = 0;
  beforeEach(() => {
    before = entra.clock.now();
  });

  it.each([
    ["comes after 5 s", { kind: "latency", delay: 5_000 }],
    ["comes after 20 s", { kind: "latency", delay: 20_000 }],
    ["never comes", { kind: "hang" }],
  ] as const)("ends the call after 3.5 s when the answer %s", async (_what, effect) => {
    entra.faults([{ id: "slow", at: "edge", on: ["token"], from: 0, for: 3_600_000, effect }]);
    await expect(entra.operate("load", askForToken)).rejects.toMatchObject({
      code: "ECONNABORTED",
      message: "timeout of 3500ms exceeded",
    });
    expect(entra.clock.now() - before).toBe(TIME_OUT_MS);
    expect(entra).toPassRule("call-duration");
  });

  it("does not end a call whose answer comes after 2 s", async () => {
    const effect = { kind: "latency", delay: 2_000 } as const;
    entra.faults([{ id: "slow", at: "edge", on: ["token"], from: 0, for: 3_600_000, effect }]);
    expect(await entra.operate("load", askForToken)).toMatchObject({ status: 200 });
    expect(entra.clock.now() - before).toBe(2_000);
  });
});
