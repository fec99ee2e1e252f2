import { describe, expect, it } from "vitest";
import { createBareFetch } from "../../clients/reference/bare-fetch.ts";
import { runScenario } from "../run.ts";
import type { OpenApplication } from "../scenario.ts";
import { run, scenario } from "../../../test/support/run.ts";

const opening = (...all: readonly OpenApplication[]) =>
  run(async ({ open }) => {
    for (const one of all) await open(one);
  });

const web: OpenApplication = { app: "web-vm-identity", machine: "web-vm" };

describe("an application on a machine", () => {
  it.each<readonly [string, readonly OpenApplication[], string, string]>([
    ["an identity without a machine", [{ app: "web-vm-identity" }], "bad-scenario", "open.machine"],
    [
      "a machine for another kind of app",
      [{ app: "portal", machine: "web-vm" }],
      "bad-scenario",
      "open.machine",
    ],
    [
      "a machine that is not there",
      [{ ...web, machine: "wbe-vm" }],
      "unknown-name",
      "open.machine",
    ],
    [
      "an identity of another machine",
      [{ ...web, machine: "batch-vm" }],
      "bad-scenario",
      "open.machine",
    ],
    [
      "machines of two sources",
      [web, { app: "shop-site-identity", machine: "shop-site" }],
      "bad-scenario",
      "open.machine",
    ],
    [
      "a way of naming that does not exist",
      [{ ...web, identifiedBy: "name" as "clientId" }],
      "bad-scenario",
      "open.identifiedBy",
    ],
  ])("is refused: %s", async (_, all, code, place) => {
    await expect(opening(...all)).rejects.toMatchObject({ code, place });
  });

  it("is refused for a client without managed identities", async () => {
    const client = { ...createBareFetch(), flows: ["silent"] as const };
    const errors = scenario(async ({ open }) => {
      await open(web);
    });
    await expect(runScenario(errors, { client, mount: "direct", seed: "1" })).rejects.toMatchObject(
      {
        code: "bad-scenario",
        place: "open.machine",
      },
    );
  });

  it("may run with others on machines of the same source", async () => {
    const north: OpenApplication = { app: "batch-vm-identity", machine: "batch-vm" };
    const outcome = await opening(web, north, { ...web, app: "shop-identity" });
    expect(outcome.history.events).toEqual([]);
  });

  it("has the environment variables of its machine, which are removed afterwards", async () => {
    process.env["IDENTITY_ENDPOINT"] = "http://before.example";
    delete process.env["IDENTITY_HEADER"];
    const seen: (string | undefined)[] = [];
    await run(async ({ open }) => {
      await open(web);
      seen.push(process.env["IDENTITY_ENDPOINT"]);
    });
    await run(async ({ open }) => {
      await open({ app: "shop-identity", machine: "shop-site" });
      seen.push(process.env["IDENTITY_ENDPOINT"], process.env["IDENTITY_HEADER"]);
    });
    expect(seen).toEqual([
      undefined,
      "http://127.0.0.1:4141/msi/token",
      "fixture-identity-header-of-app-service",
    ]);
    expect(process.env["IDENTITY_ENDPOINT"]).toBe("http://before.example");
    expect(process.env["IDENTITY_HEADER"]).toBeUndefined();
    delete process.env["IDENTITY_ENDPOINT"];
  });
});
