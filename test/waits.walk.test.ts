/** The whole table of waits, a process for each row, and the table of time-outs under each mount. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { groups } from "./support/waits/all-rows.ts";
import { expected, outcomeOf, type Peer, playRows, startPeer } from "./support/waits/play-rows.ts";
import type { Row } from "./support/waits/row.ts";

let peer: Peer;
beforeAll(async () => {
  peer = await startPeer();
});
afterAll(() => peer.stop());

const mounts = ["https", "msw", "nock"] as const;
const rightRows = Object.entries(groups).flatMap(([group, rows]) =>
  Object.entries(rows)
    .filter(([, { limit }]) => limit === undefined)
    .map(([name, row]) => ({ group, name, row })),
);

it("the peer hears no question that it cannot read", async () => {
  await playRows(["dns.resolve4 at a server that does not answer"], {
    mount: "https",
    peer: peer.ports,
  });
  expect(peer.complaints()).toBe("");
});

describe.each(mounts)("under the mount %s", (mount) => {
  const rows = rightRows.filter(({ row }) => row.mounts?.includes(mount) ?? true);
  it.each(rows)(
    "$group: $name",
    async ({ name, row }: { readonly name: string; readonly row: Row }) => {
      const results = await playRows([name], { mount, peer: peer.ports });
      expect(outcomeOf(row, results.get(name))).toEqual(expected(row));
    },
  );
});
