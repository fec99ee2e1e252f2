import { describe, expect, it } from "vitest";
import { createSimulatedService } from "../simulation/simulated-service.ts";
import { createVirtualClock } from "../../core/time/virtual-clock.ts";
import { tokenServerError } from "../../faults/presets.ts";
import type { ServiceSettings } from "../../entra/directory/service-settings.ts";
import { createRequest } from "../../core/http/message.ts";
import { createRandom } from "../../core/random.ts";
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import { worldHint } from "./refusal-hint.ts";
import { createRefusals } from "./refusals.ts";
import { createFaultTally } from "../../faults/unmet-faults.ts";

const HOST = "https://login.microsoftonline.com/contoso.example/oauth2/v2.0";
const clientId = "33333333-cccc-4ccc-8ccc-000000000016";

function start(settings: Partial<ServiceSettings> = {}, faults: readonly "token"[] = []) {
  const startMs = Date.UTC(2026, 2, 2, 8);
  const { service } = createSimulatedService({
    world: contoso,
    settings: { ...contoso.settings, ...settings },
    faults: {
      windows: faults.map(() => tokenServerError({ from: 0, for: 60_000 })),
      clearedSignal: () => undefined,
      tally: createFaultTally(),
    },
    clock: createVirtualClock({ startMs }),
    random: createRandom("refusals"),
    startedAt: startMs,
  });
  const refusals = createRefusals();
  const heard = refusals.around(service);
  return {
    refusals,
    authorize: (more: Readonly<Record<string, string>>) => {
      const fields = {
        client_id: clientId,
        redirect_uri: "http://localhost:5173/",
        response_type: "code",
        scope: "User.Read",
        ...more,
      };
      return heard.handle(
        createRequest(`${HOST}/authorize?${new URLSearchParams(fields).toString()}`),
      );
    },
    redeem: (grant: string) =>
      heard.handle(
        createRequest(`${HOST}/token`, {
          method: "POST",
          headers: { "content-type": "application/x-www-form-urlencoded" },
          body: new URLSearchParams({
            grant_type: grant,
            client_id: clientId,
            code: "none",
            refresh_token: "none",
          }).toString(),
        }),
      ),
  };
}

describe("the refusals of a sign-in", () => {
  it("are collected with the service's sentence, from any part of an answer", async () => {
    for (const errorSeparator of ["space", "crlf"] as const) {
      const { refusals, authorize, redeem } = start({ errorSeparator });
      await authorize({ client_id: "none" });
      await authorize({ response_type: "nonsense" });
      await authorize({ response_type: "nonsense", response_mode: "fragment" });
      await authorize({ response_type: "nonsense", response_mode: "form_post" });
      await redeem("authorization_code");
      const nonsense = "AADSTS700054: ";
      expect(refusals.all().map(({ text }) => text)).toEqual([
        expect.stringMatching(/^AADSTS700016: .* Application: none\.$/),
        ...Array.from({ length: 3 }, () => expect.stringContaining(nonsense)),
        expect.stringMatching(/^AADSTS9002313: [^:]+\.$/),
      ]);
    }
  });

  it("do not include an application's silent check for a signed-in person", async () => {
    const { refusals, authorize, redeem } = start();
    await authorize({ prompt: "none" });
    await redeem("refresh_token");
    await authorize({});
    expect(refusals.all()).toEqual([]);
    await authorize({ prompt: "none", redirect_uri: "http://localhost/none" });
    expect(refusals.all()).toMatchObject([{ code: 50011, app: clientId }]);
  });

  it("do not include the errors of faults", async () => {
    const { refusals, redeem } = start({}, ["token"]);
    await redeem("authorization_code");
    expect(refusals.all()).toEqual([]);
  });
});

describe("what the world has instead", () => {
  const hint = (code: number, more: object = {}): string =>
    worldHint(contoso, {
      code,
      text: "",
      tenant: "contoso.example",
      app: clientId,
      isOfPageApp: true,
      isPage: true,
      ...more,
    });

  it("is listed, single-page apps first, at a readable length", () => {
    expect(hint(700016)).toMatch(
      /^The world has the client ids 33333333-cccc-4ccc-8ccc-000000000016 \(spa\), .* and \d+ more\.$/,
    );
    expect(hint(90002)).toContain(
      "22222222-bbbb-4bbb-8bbb-000000000002 (fabrikam, fabrikam.example)",
    );
    expect(hint(70011)).toContain("api://orders/Orders.Read");
    expect(hint(50011, { app: "none" })).toBe("");
    expect(hint(50057)).toBe("");
  });
});
