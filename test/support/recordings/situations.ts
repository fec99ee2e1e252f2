/**
 * The situations of recorded requests: a world that has them all, and what the forms of a request
 * ("<redeemed code>") stand for in it. A form is made only when a request names it.
 */
import { createRequest } from "../../../harness/core/http/message.ts";
import { SECRETS } from "../../../harness/entra/managed-identity/environment.ts";
import { machineEndpoints } from "../../../harness/entra/request/machine-address.ts";
import type { Meanings, SimulatedReply } from "./compare-reply.ts";
import type { RecordedReply } from "./recording.ts";
import { AZURE_CLI, VISUAL_STUDIO_CODE } from "./recording-world.ts";
import { type Bench, createBench, formRequest } from "./bench.ts";
import { makeForm } from "./request-forms.ts";

const UNKNOWN = "99999999-9999-4999-8999-999999999999";

/** Plays a recorded request in its situation. */
export async function playReply(
  recorded: RecordedReply,
): Promise<{ readonly simulated: SimulatedReply; readonly meanings: Meanings }> {
  const bench = createBench(recorded);
  try {
    const { request, known } = await fillRequest(recorded, bench);
    const simulated =
      recorded.signIn === undefined ? await bench.send(request) : await bench.signIn(request.url);
    return { simulated, meanings: (form) => (form === "<guid>" ? undefined : known.get(form)) };
  } finally {
    bench.close();
  }
}

/** Where a machine's program finds its endpoint, at the beginning of an address. */
const ENDPOINTS: Readonly<Record<string, string>> = {
  "<MSI_ENDPOINT>": machineEndpoints["app-service"],
  "<IDENTITY_ENDPOINT of Service Fabric>": machineEndpoints["service-fabric"],
  "<IDENTITY_ENDPOINT of Azure Arc>": machineEndpoints["azure-arc"],
};

/** The request with its forms filled in, and what each of them stands for. */
async function fillRequest({ request }: RecordedReply, bench: Bench) {
  const known = new Map<string, string>(knownAtOnce(bench));
  const fill = async (text: string, encode: (value: string) => string): Promise<string> => {
    let filled = text;
    for (const [form] of text.matchAll(/<[^>]+>/g)) {
      const value = known.get(form) ?? (await makeForm(form, bench, request.form));
      known.set(form, value);
      filled = filled.replace(form, encode(value));
    }
    return filled;
  };
  const same = (value: string): string => value;
  const all = async (texts: Readonly<Record<string, string>>) => {
    const filled: Record<string, string> = {};
    for (const [name, text] of Object.entries(texts)) filled[name] = await fill(text, same);
    return filled;
  };
  const headers = await all(request.headers ?? {});
  for (const name of ["client-request-id", "x-ms-client-request-id"]) {
    const value = headers[name];
    if (value !== undefined) known.set(`<${name} of the request>`, value);
  }
  const [, endpoint = "", rest = ""] = /^(<[^>]+>)?(.*)$/.exec(request.url) ?? [];
  const url = `${ENDPOINTS[endpoint] ?? endpoint}${await fill(rest, encodeURIComponent)}`;
  const { method, form } = request;
  const filled =
    form === undefined
      ? createRequest(url, { method, headers })
      : formRequest(url, await all(form), headers);
  return { request: filled, known };
}

function knownAtOnce({ tenant, app, person }: Bench): readonly (readonly [string, string])[] {
  const secretOf = (name: string): string => app(name).secrets[0]?.value ?? "";
  const adele = person("adele");
  return [
    ["<tenant>", tenant.id],
    ["<domain>", tenant.domains[0] ?? ""],
    ["<unknown tenant>", UNKNOWN],
    ["<unknown app>", UNKNOWN],
    ["<daemon>", app("nightly-daemon").clientId],
    ["<secret>", secretOf("nightly-daemon")],
    ["<wrong secret>", "not the secret"],
    ["<web app>", app("portal").clientId],
    ["<secret of the web app>", secretOf("portal")],
    ["<redirect uri>", "http://localhost:3000/redirect"],
    ["<native app>", app("desk-app").clientId],
    ["<redirect uri of the native app>", "http://localhost"],
    ["<spa>", app("spa").clientId],
    ["<redirect uri of the spa>", "https://spa.contoso.example/"],
    ["<middle tier>", app("orders-api").clientId],
    ["<secret of the middle tier>", secretOf("orders-api")],
    ["<workload>", app("workload").clientId],
    ["<first-party client>", AZURE_CLI],
    ["<Visual Studio Code>", VISUAL_STUDIO_CODE],
    ["<username>", adele.upn],
    ["<password>", adele.password],
    ["<wrong password>", "not the password"],
    ["<oid>", adele.id],
    ["<guid>", "0a0a0a0a-0b0b-4c0c-8d0d-0e0e0e0e0e0e"],
    ["<malformed code>", "no-code"],
    ["<scope of the API>", "api://orders/Orders.Read"],
    ["<scope without consent>", "https://graph.microsoft.com/User.ReadWrite.All"],
    ["<MSI_SECRET>", SECRETS["app-service"]],
    ["<IDENTITY_HEADER>", SECRETS["service-fabric"]],
    ["<client id of the identity>", app("shop-identity").clientId],
    ["<resource id of the identity>", app("shop-identity").managedIdentity?.resourceId ?? ""],
  ];
}
