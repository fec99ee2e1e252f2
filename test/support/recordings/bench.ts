/** The simulator without sockets, for one recorded reply: its clock, its directory, and the request that it answers. */
import { createRequest, headersOf, textOfResponse } from "../../../harness/core/http/message.ts";
import { createRandom } from "../../../harness/core/random.ts";
import { createDirectory } from "../../../harness/entra/directory/directory.ts";
import type { ServiceSettings } from "../../../harness/entra/directory/service-settings.ts";
import { createProtectedApi } from "../../../harness/entra/protected-api/protected-api.ts";
import { isMachineAddress } from "../../../harness/entra/request/machine-address.ts";
import { createEsts } from "../../../harness/entra/token-service/ests.ts";
import { breakService } from "../fault.ts";
import { throttled } from "../../../harness/faults/presets.ts";
import { machineBench } from "../managed-identity.ts";
import type { SimulatedReply } from "./compare-reply.ts";
import type { RecordedReply } from "./recording.ts";
import { named, recordingWorld } from "./recording-world.ts";

const LOGIN = "https://login.microsoftonline.com";

/** The simulator in a situation. */
export type Bench = ReturnType<typeof createBench>;

const MACHINES = {
  imds: "web-vm",
  "app-service": "shop-site",
  "service-fabric": "cart-fabric",
  "azure-arc": "till-arc",
} as const;

/** The simulator without sockets: the token service, the APIs and one machine, by host. */
export function createBench({ machine: kind, fault, settings, text }: RecordedReply) {
  const world = recordingWorld();
  let nowMs = Date.UTC(2026, 2, 2, 8);
  const clock = { now: () => nowMs, sleep: () => Promise.resolve() };
  const directory = createDirectory(world, clock);
  const ests = createEsts({
    directory,
    clock,
    random: createRandom("recordings"),
    settings: {
      ...world.settings,
      errorSeparator: text === "lines" ? "crlf" : "space",
      ...(settings as Partial<ServiceSettings> | undefined),
    },
  });
  const [tenant] = world.tenants;
  if (tenant === undefined) throw new Error("the world has no tenant");
  const api = createProtectedApi({
    directory,
    clock,
    fetchKeys: ests,
    keysUrl: `${LOGIN}/common/discovery/v2.0/keys`,
  });
  const machine =
    kind === "without identity"
      ? machineBench("web-vm", { machine: { identities: [] } })
      : machineBench(MACHINES[kind ?? "imds"]);
  const handle = (request: Request): Promise<Response> => {
    const { hostname } = new URL(request.url);
    if (isMachineAddress(new URL(request.url))) return machine.service.handle(request);
    return /(^|\.)login\.microsoft(online)?\.com$/.test(hostname) ? ests(request) : api(request);
  };
  const broken =
    fault === undefined ? undefined : breakService([throttled({ from: 0, for: 60_000 })]).service;
  const send = async (request: Request): Promise<SimulatedReply> => {
    const response = await (broken?.handle ?? handle)(request);
    const text = await textOfResponse(response);
    return { status: response.status, headers: headersOf(response), text };
  };
  const post = async (path: string, form: Record<string, string>) => {
    const url = path.startsWith("/") ? `${LOGIN}${path}` : `${LOGIN}/${tenant.id}/${path}`;
    return send(formRequest(url, form, {}));
  };
  const person = (name: string) => {
    const user = tenant.users.find(({ upn }) => upn.startsWith(`${name}@`));
    if (user === undefined) throw new Error(`no ${name} in the world`);
    return user;
  };
  return {
    tenant,
    directory,
    send,
    post,
    person,
    app: (name: string) => named(tenant.apps, name),
    pass: (ms: number) => void (nowMs += ms),
    close: () => machine.close(),
    /** Opens an authorize address and signs adele in; what the service sends the browser away with. */
    async signIn(url: string): Promise<SimulatedReply> {
      const page = await send(createRequest(url));
      const [, ctx = ""] = /name="ctx" type="hidden" value="([^"]*)"/.exec(page.text) ?? [];
      const { upn, password } = person("adele");
      return post("login", { login: upn, passwd: password, ctx });
    },
  };
}

/** A form posted to an address. */
export function formRequest(
  url: string,
  form: Record<string, string>,
  headers: Record<string, string>,
): Request {
  return createRequest(url, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    body: new URLSearchParams(form).toString(),
  });
}
