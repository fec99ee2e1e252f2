/**
 * Distinguishes a wrong configuration from a lack of resilience. An app with a tenant, client id
 * or secret that the simulated directory does not have is refused with and without the outage; some
 * rules then fail because of that, and the advice of the scenario would mislead.
 */
import type { History } from "../../history/event.ts";
import { operationsOf, type Operation } from "../../rules/model/exchanges.ts";
import { hasSucceeded } from "../../rules/model/success.ts";
import { namesWithin } from "./wording.ts";

/** Codes by which Entra refuses what an administrator set up, never because of an outage (Microsoft's list of AADSTS error codes). */
const meanings: ReadonlyMap<number, string> = new Map([
  [50049, "The authority host is no login host of Entra."],
  [50011, "The redirect URI is not registered for the app."],
  [70011, "The scope is not valid."],
  [650053, "The scope does not exist."],
  [1002012, "The scope of an app ends in /.default."],
  [90002, "The tenant was not found."],
  [500011, "The resource principal was not found in the tenant."],
  [700016, "The app was not found in the tenant."],
  [700027, "The client assertion is not signed with a registered key."],
  [7000215, "The client secret is wrong."],
  [7000216, "A client assertion or a client secret is missing."],
  [7000218, "A client assertion or a client secret is missing."],
]);

/**
 * One line that says which clients the service refused for their configuration and what to do;
 * undefined when every client has a call that succeeded.
 */
export function configurationAdvice(history: History): string | undefined {
  if (hasNoMachine(history)) return NO_MACHINE;
  const refused = refusedClients(history);
  const [clients, codes] = [[...refused.keys()], [...new Set([...refused.values()].flat())]];
  if (codes.length === 0) return undefined;
  const reasons = codes.map((code) => `AADSTS${code} ${meanings.get(code)}`).join(" ");
  return `The service refused ${namesWithin(clients, CLIENTS_WIDTH)}: ${reasons} ${ADVICE}`;
}

const CLIENTS_WIDTH = 60;

const ADVICE =
  "This is configuration, not resilience: use a tenant, app and secret of the fixture world, or give the scenario a world of its own (docs/guide/worlds.md).";

const NO_MACHINE =
  'A managed identity was asked for, and this process runs on no machine. This is configuration, not resilience: name one of the world in the scenario, machine: "web-vm", or open({ app: "web-vm-identity", machine: "web-vm" }).';

/** Whether nothing ever answered at the endpoint of a machine, though no fault was in the way, and no call succeeded. */
function hasNoMachine(history: History): boolean {
  if (successesIn(history).length > 0) return false;
  const asked = new Set<number>();
  let isAsked = false;
  for (const event of history.events) {
    if (event.kind === "exchange-began" && event.endpoint === "managed-identity")
      asked.add(event.exchange);
    if (event.kind !== "exchange-ended" || !asked.has(event.exchange)) continue;
    isAsked = true;
    if (event.end.kind !== "network-fault" || (event.faults?.length ?? 0) > 0) return false;
  }
  return isAsked;
}

function successesIn(history: History): readonly Operation[] {
  return operationsOf(history).filter((call) => hasSucceeded(history, call));
}

/** The codes that mean configuration by client, for clients of which no call succeeded. */
function refusedClients(history: History): ReadonlyMap<string, readonly number[]> {
  const { header, events } = history;
  const senders = new Map<number, string | undefined>();
  const served = new Set(successesIn(history).map(({ invoked }) => invoked.client));
  const refused = new Map<string | undefined, Set<number>>();
  for (const event of events) {
    if (event.kind === "exchange-began") senders.set(event.exchange, event.client);
    if (event.kind !== "exchange-ended") continue;
    const codes = event.error?.codes.filter((code) => meanings.has(code)) ?? [];
    const client = senders.get(event.exchange);
    for (const code of codes)
      refused.set(client, (refused.get(client) ?? new Set<number>()).add(code));
  }
  const unserved = [...refused].filter(([client]) =>
    // Whose request it was, a recording of another tool does not say: then any success speaks for it.
    client === undefined ? served.size === 0 : !served.has(client),
  );
  return new Map(unserved.map(([client = header.client.name, codes]) => [client, [...codes]]));
}
