import { expect, it } from "vitest";
import { createRandom } from "../../core/random.ts";
import { createDueList } from "./due-list.ts";

it("gives each client once, in the order of ten milliseconds, over several hours", () => {
  const clients = 500;
  const list = createDueList(clients);
  const random = createRandom("due");
  const wanted = Array.from({ length: clients }, () => random.integer(0, 36_000_000));
  wanted.forEach((atMs, client) => list.put(client, atMs));
  const taken: [client: number, atMs: number][] = [];
  list.takeUntil(18_000_000, (client, atMs) => taken.push([client, atMs]));
  expect(taken.every(([, atMs]) => atMs < 18_000_000)).toBe(true);
  list.takeUntil(36_000_010, (client, atMs) => taken.push([client, atMs]));
  const slots = taken.map(([, atMs]) => Math.floor(atMs / 10));
  expect(slots).toEqual(slots.toSorted((one, other) => one - other));
  expect(taken.toSorted(([one], [other]) => one - other)).toEqual([...wanted.entries()]);
});

it("also gives what is put while its own time is taken", () => {
  const list = createDueList(2);
  list.put(0, 5);
  const taken: number[] = [];
  list.takeUntil(100, (client, atMs) => {
    taken.push(atMs);
    if (taken.length < 4) list.put(client, atMs + 1);
  });
  expect(taken).toEqual([5, 6, 7, 8]);
});
