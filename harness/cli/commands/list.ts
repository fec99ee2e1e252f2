/** `brownout list`: the names that other commands take, with what they stand for. */
import { rules } from "../../rules/rules.ts";
import { HarnessError } from "../../core/errors.ts";
import { outageNames } from "../../faults/outage-names.ts";
import { clientNames, isInBrowser } from "../../clients/registry.ts";
import { listScenarios } from "../../../scenarios/find-scenario.ts";
import { type MountName, mountNames } from "../../network/mount-names.ts";
import { isBrowserMount, isProgramMount } from "../../network/mounts.ts";
import { createPaint } from "../../reporting/formats/terminal.ts";
import type { Arguments, Options } from "../arguments.ts";
import type { Io } from "../io.ts";

/** The options of `brownout list`. */
export const listOptions = {
  json: { says: "print JSON, with the story of each scenario" },
} as const satisfies Options;

/** Prints scenarios, clients, mounts, outages and rules; returns the exit code. */
export function listCommand(
  { values, positionals: [first] }: Arguments<typeof listOptions>,
  io: Io,
): number {
  if (first !== undefined) {
    throw new HarnessError("bad-usage", `list takes no arguments, found "${first}"`, {
      hint: "It lists everything; the stories of scenarios are in: brownout list --json",
    });
  }
  if (values.json !== undefined) {
    io.stdout.write(`${JSON.stringify(catalogue(), null, 2)}\n`);
    return 0;
  }
  const paint = createPaint(io.stdout, io.environment);
  const { scenarios, clients, mounts, outages, rules: known } = catalogue();
  const sections: readonly Section[] = [
    [
      "Scenarios",
      scenarios.map(({ name, title, notApplicableTo = [] }) => [
        name,
        [title, ...notApplicableTo.map(({ client, why }) => `not for ${client}: ${why}`)].join(
          "; ",
        ),
      ]),
    ],
    [
      "Clients",
      clients.map((name) => [name, isInBrowser(name) ? "in a browser" : ""]),
      ABOUT_BARE_FETCH,
    ],
    ["Mounts", mounts.map((name) => [name, clientsOf(name)])],
    [
      "Outages",
      outages.map(({ name, says }) => [name, says]),
      '(in tests: entra.outage("throttled", { for: "10m" }); scenarios import them, as throttled({ from, for }))',
    ],
    ["Rules", known.map(({ id, says }) => [id, says])],
  ];
  for (const [title, rows, note] of sections) {
    const width = Math.max(0, ...rows.map(([name]) => name.length));
    io.stdout.write(`${paint("bold", title)}\n`);
    for (const [name, says] of rows) {
      io.stdout.write(`${`  ${name.padEnd(width)}  ${says}`.trimEnd()}\n`);
    }
    io.stdout.write(note === undefined ? "\n" : `  ${note}\n\n`);
  }
  return 0;
}

type Section = readonly [
  title: string,
  rows: readonly (readonly [name: string, says: string])[],
  note?: string,
];

const ABOUT_BARE_FETCH =
  "(bare-fetch is written by hand and follows the guidance; each bare-fetch-… is the same with one bad habit)";

function catalogue() {
  return {
    schema: "brownout/list/1",
    scenarios: listScenarios().map(({ name, title, needs, asserts, story, notApplicableTo }) => ({
      name,
      title,
      needs,
      asserts,
      story,
      ...(notApplicableTo === undefined ? {} : { notApplicableTo }),
    })),
    clients: clientNames,
    clientsInBrowser: clientNames.filter(isInBrowser),
    mounts: mountNames,
    outages: Object.entries(outageNames).map(([name, says]) => ({ name, says })),
    rules: rules.map(({ id, says, source, fix }) => ({ id, says, source, fix })),
  };
}

/** Which clients alone come by a mount; nothing where Node's own do. */
function clientsOf(mount: MountName): string {
  if (isBrowserMount(mount)) return "for clients in a browser";
  return isProgramMount(mount) ? "for clients in other languages" : "";
}
