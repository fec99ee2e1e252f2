/** `docs/clients.md` is what `docs/data/clients.json` says, and the data are of every outage and client of the page. */
import { describe, expect, it } from "vitest";
import {
  clientsDataOf,
  type ClientsData,
  clientsOfPage,
  clientsPage,
  outagesOfPage,
} from "../scripts/site/clients-page.ts";
import { library } from "../scenarios/library.ts";
import { readPage } from "./support/guides.ts";

/** Without what the formatter adds to tables. */
const plain = (page: string): string => page.replace(/-{3,}/g, "---").replace(/ +/g, " ");

describe("docs/clients.md", () => {
  const data = JSON.parse(readPage("docs/data/clients.json")) as ClientsData;

  it("equals what the data generate", () => {
    expect(plain(readPage("docs/clients.md"))).toBe(plain(clientsPage(data)));
  });

  it("has a run of each client under each outage", () => {
    expect(data.clients.map(({ name }) => name)).toEqual(clientsOfPage);
    const played = data.runs.map(({ outage, client }) => `${outage} ${client}`).toSorted();
    const wanted = outagesOfPage.flatMap((outage) =>
      clientsOfPage.map((client) => `${outage} ${client}`),
    );
    expect(played).toEqual(wanted.toSorted());
  });

  it("is about outages of the library", () => {
    const names = library.map(({ name }) => name);
    expect(outagesOfPage.filter((name) => !names.includes(name))).toEqual([]);
  });
});

it("says of a run what failed, what was sent and what was broken, and names one that is missing", () => {
  const run = {
    scenario: "token-hang",
    client: { name: "msal-go", version: "1.9.0" },
    operations: { ok: 2, fail: 1, unknown: 4 },
    requests: { primary: 3, backup: 1, refused: 2 },
    findings: [
      { rule: "call-duration", verdict: "fail", message: "A call had not ended." },
      { rule: "recovery", verdict: "pass", message: "It recovered." },
    ],
  };
  const results = { brownout: "0.1.0", seed: "1", runs: [run] };
  const page = clientsPage(
    clientsDataOf(results as unknown as Parameters<typeof clientsDataOf>[0], {
      date: "2026-11-30",
      titleOf: () => "It hangs",
    }),
  );
  expect(page).toContain("| [token-hang](#token-hang) | 5 of 7; 6; **call-duration** |");
  expect(page).toContain("| [token-reset](#token-reset) | not played |");
  expect(page).toContain("- msal-go, call-duration: A call had not ended.");
  expect(page).not.toContain("It recovered");
});
