import { describe, expect, it } from "vitest";
import { endpoints } from "../entra/request/endpoint.ts";
import {
  atMachine,
  goodWindow,
  refused,
  updating,
  windowRefusalOf,
} from "../../test/support/fault-plan.ts";
import { siteTraits } from "./site-traits.ts";
import { checkFaultPlan } from "./validate.ts";

describe("a window at a site", () => {
  it.each<[changes: object, path: string, says: string]>([
    [{ effect: updating }, "at", 'Put it at "machine".'],
    [{ on: ["managed-identity"] }, "on[0]", 'Put it at "machine".'],
    [{ at: "edge", on: ["managed-identity"] }, "on[0]", 'Put it at "machine".'],
    [
      { at: "machine" },
      "on[0]",
      'one of "managed-identity", "other", which are asked at "machine"',
    ],
    [{ ...atMachine, effect: { kind: "dns-failure" } }, "at", 'or use "refused"'],
    [{ at: "dns" }, "at", 'Put it at "edge", or use "dns-failure".'],
    [{ effect: refused }, "at", 'Put it at "edge".'],
    [{ effect: refused }, "at", "the client cannot connect"],
    [
      { at: "backup", effect: refused },
      "at",
      'one of "edge", "resource", "machine", where "refused" is possible',
    ],
    [{ at: "backup", effect: { kind: "connect-timeout" } }, "at", 'Put it at "edge".'],
    [{ effect: { kind: "dns-failure" } }, "at", 'one of "dns", "edge", "resource"'],
    [{ at: "backup", effect: { kind: "dns-failure" } }, "at", 'Put it at "dns".'],
    [{ at: "dns", effect: { kind: "keys-withdrawn" }, on: ["keys"] }, "at", 'Put it at "primary"'],
    [
      { at: "backup", effect: { kind: "keys-withdrawn" }, on: ["keys"] },
      "at",
      'Put it at "primary"',
    ],
    [
      { at: "resource", effect: { kind: "keys-withdrawn" }, on: ["keys"] },
      "at",
      'Put it at "primary"',
    ],
    [{ at: "backup", on: ["token", "keys"] }, "on[1]", 'one of "token", "authorize", "saml"'],
    [{ at: "backup", on: ["resource"] }, "on[0]", 'Put it at "resource".'],
    [{ effect: { kind: "keys-withdrawn" } }, "on", '["keys"]'],
    [{ effect: { kind: "keys-withdrawn" }, on: ["keys", "token"] }, "on", '["keys"]'],
    [{ effect: updating }, "at", 'expected "machine", where'],
    [{ on: ["token", "resource"] }, "on[1]", 'Put it at "resource".'],
    [{ at: "resource" }, "on[0]", 'one of "resource", "userinfo"'],
  ])("with %o is refused at %s, and the message says %s", (changes, path, says) => {
    const refusal = windowRefusalOf(changes);
    expect(refusal.path).toBe(path);
    expect(refusal.says).toContain(says);
  });

  it.each<[string, object]>([
    ["a refused connection at the edge", { at: "edge", effect: refused }],
    ["an API that refuses connections", { at: "resource", on: ["resource"], effect: refused }],
    ["a machine that is updated", { ...atMachine, effect: updating }],
    ["a machine that refuses connections", { at: "machine", on: "all", effect: refused }],
    ["a backup that hangs", { at: "backup", effect: { kind: "hang" } }],
  ])("may have %s", (_, changes) => {
    expect(() => checkFaultPlan([{ ...goodWindow, ...changes }])).not.toThrow();
  });

  it("finds every endpoint at one of the sites where requests end", () => {
    const homes = (["primary", "resource", "machine"] as const).flatMap(
      (site) => siteTraits[site].endpoints,
    );
    expect(endpoints.filter((endpoint) => !homes.includes(endpoint))).toEqual([]);
  });
});
