/** A page's requests through all layers behind a mount. */
import { describe, expect, it } from "vitest";
import { createVirtualClock } from "../../core/time/virtual-clock.ts";
import type { ServiceSettings } from "../../entra/directory/service-settings.ts";
import type { FaultWindow } from "../../faults/plan.ts";
import { throttled } from "../../faults/presets.ts";
import { createRequest } from "../../core/http/message.ts";
import { createRandom } from "../../core/random.ts";
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import { createSimulatedService } from "./simulated-service.ts";
import { createFaultTally } from "../../faults/unmet-faults.ts";

const TOKEN = "https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token";
const origin = "https://spa.contoso.example";

function start(
  faults: readonly FaultWindow[],
  settings: Partial<ServiceSettings> = {},
  world = contoso,
) {
  const startMs = Date.UTC(2026, 2, 2, 8);
  const clock = createVirtualClock({ startMs });
  const { service, recorder } = createSimulatedService({
    world,
    settings: { ...contoso.settings, ...settings },
    faults: { windows: faults, clearedSignal: () => undefined, tally: createFaultTally() },
    clock,
    random: createRandom("service tests"),
    startedAt: startMs,
  });
  return {
    recorder,
    preflight: (url: string) =>
      service.handle(
        createRequest(url, {
          method: "OPTIONS",
          headers: { origin, "access-control-request-headers": "authorization" },
        }),
      ),
    post: () => service.handle(createRequest(TOKEN, { method: "POST", headers: { origin } })),
  };
}

const tokenFault = throttled({ from: 0, for: 60_000 });

describe("the service behind a mount", () => {
  it.each(["yes", "no"] as const)(
    "exposes Retry-After of a fault as the world says: %s",
    async (retryAfterExposed) => {
      const { headers } = await start([tokenFault], { retryAfterExposed }).post();
      const exposed = (headers.get("access-control-expose-headers") ?? "").split(",");
      expect(headers.get("retry-after")).toBe("60");
      expect(exposed.includes("Retry-After") ? "yes" : "no").toBe(retryAfterExposed);
    },
  );

  it("answers preflights where the request would go, and records no token for them", async () => {
    const { recorder, preflight, post } = start([tokenFault]);
    const ends = [
      await preflight(TOKEN),
      await post(),
      await preflight("https://graph.microsoft.com/v1.0/me"),
    ];
    expect(ends.map(({ status }) => status)).toEqual([200, 429, 200]);
    expect(
      recorder.events.map((event) =>
        event.kind === "exchange-ended" ? [event.servedBy, event.faults] : event.kind,
      ),
    ).toEqual([
      "exchange-began",
      ["primary", undefined],
      "exchange-began",
      ["primary", ["throttled"]],
      "exchange-began",
      ["resource", undefined],
    ]);
  });

  it("refuses an API at a host that is not simulated", () => {
    const [graph] = contoso.resources;
    if (graph === undefined) throw new Error("no graph");
    const resources = [graph, { ...graph, hosts: ["api.contoso.example", "api.example.com"] }];
    expect(() => start([], {}, { ...contoso, resources })).toThrow(
      expect.objectContaining({ code: "bad-world", place: "world.resources[1].hosts[1]" }),
    );
  });
});
