import { describe, expect, it } from "vitest";
import { createRequest } from "../../core/http/message.ts";
import { mount as directMount } from "../../network/direct.ts";
import type { Mount } from "../../network/mount.ts";
import { checkWorldAndSettings, startInstant } from "./checked-world.ts";
import { composeSimulation, type LayerParts, type SimulationOptions } from "./compose.ts";

const keysUrl = "https://login.microsoftonline.com/common/discovery/v2.0/keys";

function optionsWith(
  changed: Partial<SimulationOptions<Pick<LayerParts, "service">>> = {},
): SimulationOptions<Pick<LayerParts, "service">> {
  return {
    ...checkWorldAndSettings(undefined, (settings) => settings),
    mount: directMount,
    seed: "1",
    randomLabel: "test",
    startsAt: startInstant(),
    seedsMathRandom: true,
    seedsPages: false,
    faults: [],
    layers: ({ service }) => ({ service }),
    onHarnessError: () => undefined,
    ...changed,
  };
}

/** What a simulation changes in this process. */
function processState() {
  return { environment: { ...process.env }, random: Math.random, Date, setTimeout };
}

describe("a composed simulation", () => {
  it("restores clock, Math.random and environment of the process when it ends", async () => {
    const before = processState();
    const { end } = await composeSimulation(optionsWith({ machine: "shop-site" }));
    expect(process.env["IDENTITY_ENDPOINT"]).toBeDefined();
    await end();
    expect(processState()).toEqual(before);
  });

  it("restores the process when its mount cannot start", async () => {
    const before = processState();
    const mount: Mount = { ...directMount, start: () => Promise.reject(new Error("no port")) };
    const failing = composeSimulation(optionsWith({ mount, machine: "shop-site" }));
    await expect(failing).rejects.toThrow("no port");
    expect(processState()).toEqual(before);
  });

  it("restores the process when its faults need a missing backup", async () => {
    const before = processState();
    const failing = composeSimulation(
      optionsWith({
        faults: [
          {
            id: "backup-down",
            at: "backup",
            on: "*",
            from: 0,
            effect: { kind: "refused" },
          } as never,
        ],
      }),
    );
    await expect(failing).rejects.toMatchObject({ code: "bad-fault-plan" });
    expect(processState()).toEqual(before);
  });

  it("answers requests in flight before it ends, and keeps its events afterwards", async () => {
    const { mounted, recorder, end, events } = await composeSimulation(optionsWith());
    const answer = mounted.fetch(createRequest(keysUrl));
    await Promise.all([end(), end()]);
    expect((await answer).status).toBe(200);
    expect(events().map(({ kind }) => kind)).toEqual(["exchange-began", "exchange-ended"]);
    recorder.emit({ kind: "noted", text: "too late" });
    expect(events()).toHaveLength(2);
  });
});
