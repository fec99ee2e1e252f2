import { createMemoryStore } from "../../core/state-store.ts";
import { describe, expect, it } from "vitest";
import { clouds, editionIds } from "./edition.ts";
import type { EntraRequest } from "../request/endpoint.ts";
import { createIdentityBackup, identityRefusalsOf } from "./identity-backup.ts";

const byTable = { backupManagedIdentities: "any", backup21Vianet: "table" } as const;
const onlySeen = { ...byTable, backupManagedIdentities: "seen" } as const;

const rulesOf = (...asked: Parameters<typeof identityRefusalsOf>): string[] =>
  identityRefusalsOf(...asked).map(({ rule }) => rule);

describe("a managed identity", () => {
  it.each(editionIds)(
    "is served by the text of %s in every cloud that the text names",
    (edition) => {
      const refused = clouds.filter(
        (cloud) => rulesOf({ cloud, seen: false }, edition, byTable).length > 0,
      );
      expect(refused).toEqual(edition >= "2025-07" ? [] : ["21vianet"]);
    },
  );

  it("of 21Vianet is refused in every edition where the text counts and not the table", () => {
    const byText = { ...byTable, backup21Vianet: "text" } as const;
    for (const edition of editionIds) {
      expect(rulesOf({ cloud: "21vianet", seen: true }, edition, byText)).toEqual(["E7"]);
      expect(rulesOf({ cloud: "commercial", seen: true }, edition, byText)).toEqual([]);
    }
  });

  it("is served without having been observed, unless the setting forbids it", () => {
    const attempt = { cloud: "commercial", seen: false } as const;
    expect(rulesOf(attempt, "2026-03", byTable)).toEqual([]);
    expect(rulesOf(attempt, "2026-03", onlySeen)).toEqual(["E4"]);
    expect(rulesOf({ ...attempt, seen: true }, "2026-03", onlySeen)).toEqual([]);
  });

  it("is refused with a reason and its source", () => {
    expect(identityRefusalsOf({ cloud: "21vianet", seen: true }, "2023-06", byTable)).toEqual([
      {
        rule: "E7",
        why: "Operated by 21Vianet: not available.",
        source: "https://learn.microsoft.com/entra/architecture/backup-authentication-system",
      },
    ]);
  });
});

describe("the backup of managed identities", () => {
  const described = (app: string, cloud?: string) =>
    ({ app, parameters: cloud === undefined ? {} : { cloud } }) as unknown as EntraRequest;
  const begin = (settings: Parameters<typeof createIdentityBackup>[0]["settings"]) =>
    createIdentityBackup({
      settings,
      edition: "2026-03",
      state: createMemoryStore(),
      issue: ({ app }) => ({ app }),
    });

  it("serves identities that it has observed, or any if the setting allows it", () => {
    const backup = begin(onlySeen);
    expect(backup.serve(described("one"))).toBeUndefined();
    backup.observe(described("one"));
    expect(backup.serve(described("one"))).toEqual({ app: "one" });
    expect(backup.serve(described("other"))).toBeUndefined();
    expect(begin(byTable).serve(described("one"))).toEqual({ app: "one" });
  });

  it("judges by the cloud that the request names, and else by the commercial one", () => {
    const backup = begin({ ...byTable, backup21Vianet: "text" });
    expect(backup.serve(described("one", "21vianet"))).toBeUndefined();
    for (const cloud of ["commercial", "government", "unknown", undefined])
      expect([cloud, backup.serve(described("one", cloud))]).toEqual([cloud, { app: "one" }]);
  });
});
