/** The hosts under which the backup serves, in each edition. */
import { expect, it } from "vitest";
import { clouds, editionIds, editionOf } from "./edition.ts";

it("each cloud names its sign-in hosts, or none", () => {
  const world = "login.microsoftonline.com";
  const government = "login.microsoftonline.us";
  const china = "login.partner.microsoftonline.cn";
  for (const edition of editionIds) {
    const hosts = clouds.map((cloud) => [cloud, editionOf(edition).clouds[cloud].hosts]);
    expect([edition, Object.fromEntries(hosts)]).toEqual([
      edition,
      {
        commercial: [world],
        government: [government],
        "government-secret": [],
        "government-top-secret": [],
        "21vianet": edition >= "2025-07" ? [china] : [],
      },
    ]);
  }
});
