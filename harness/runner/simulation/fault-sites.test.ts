import { describe, expect, it } from "vitest";
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import { createRequest } from "../../core/http/message.ts";
import { createRandom } from "../../core/random.ts";
import { createVirtualClock } from "../../core/time/virtual-clock.ts";
import { effectTraits } from "../../faults/effect-traits.ts";
import type { FaultEffect, FaultEffectKind, FaultSite } from "../../faults/plan.ts";
import { createSimulatedService } from "./simulated-service.ts";
import { createFaultTally } from "../../faults/unmet-faults.ts";

const answer = {
  status: 503,
  retryAfter: { form: "absent" },
  body: { form: "empty" },
} as const;
const noCapacity = { requests: 1, perMs: 60_000, collapsesTo: 0, regrowsPerMinute: 0 } as const;

/** The fields of effects that have more than their kind. */
const fields: Partial<Record<FaultEffectKind, object>> = {
  throttle: { retryAfter: answer.retryAfter, body: answer.body },
  "server-error": answer,
  respond: { status: 404, body: answer.body },
  "answer-lost": { by: "reset" },
  capacity: { ...noCapacity, shed: answer },
  latency: { delay: 1 },
  hang: { forMs: 1 },
  "slow-body": { chunkBytes: 1, everyMs: 1 },
  "stalled-body": { bytes: 1, forMs: 1 },
  "truncated-body": { bytes: 1 },
  "cut-body": { bytes: 1, by: "fin" },
  "wrong-content-type": { contentType: "text/html" },
};

const addresses: Partial<Record<FaultSite, string>> = {
  resource: "https://graph.microsoft.com/v1.0/me",
};
const KEYS = "https://login.microsoftonline.com/contoso.example/discovery/v2.0/keys";

/** The sites that any request can reach; the backup and machines need a client of their own. */
const reachable: readonly FaultSite[] = ["edge", "dns", "primary", "resource", "device"];

const cases = (Object.keys(effectTraits) as FaultEffectKind[]).flatMap((kind) =>
  effectTraits[kind].sites
    // A wrong clock is met by no request.
    .filter(() => effectTraits[kind].acts !== "on-device")
    .filter((site) => reachable.includes(site))
    .map((site) => ({ kind, site })),
);

describe("a fault at a site where its effect is possible", () => {
  it.each(cases)("takes a request: $kind at $site", async ({ kind, site }) => {
    const startMs = Date.UTC(2026, 2, 2, 8);
    const clock = createVirtualClock({ startMs });
    const effect = { kind, ...fields[kind] } as FaultEffect;
    const { service, recorder } = createSimulatedService({
      world: contoso,
      settings: contoso.settings,
      faults: {
        windows: [{ id: "w", at: site, on: "all", from: 0, for: 60_000, effect }],
        clearedSignal: () => undefined,
        tally: createFaultTally(),
      },
      clock,
      random: createRandom("sites"),
      startedAt: startMs,
    });
    const ask = async (): Promise<void> => {
      const request = createRequest(addresses[site] ?? KEYS);
      await service.connect(request);
      await service.handle(request);
    };
    // A capacity takes the second request.
    await clock.drive(ask().catch(() => undefined));
    await clock.drive(ask().catch(() => undefined));
    await clock.drive(clock.sleep(10_000));
    const taken = recorder.events.flatMap((event) =>
      event.kind === "exchange-ended" ? (event.faults ?? []) : [],
    );
    expect(taken).toContain("w");
  });
});
