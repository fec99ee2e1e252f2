/** A token service for tests without a client, with a clock that they move forward. */
import { createDirectory, type Directory } from "../../harness/entra/directory/directory.ts";
import type { ServiceSettings } from "../../harness/entra/directory/service-settings.ts";
import type { AppRegistration, User, World } from "../../harness/entra/directory/world.ts";
import type { Handler } from "../../harness/core/http/handler.ts";
import { createRequest } from "../../harness/core/http/message.ts";
import { createRandom } from "../../harness/core/random.ts";
import { contoso } from "../../fixtures/worlds/contoso.ts";
import { createEsts } from "../../harness/entra/token-service/ests.ts";

export const HOST = "https://login.microsoftonline.com";
export const START_MS = Date.UTC(2026, 2, 2, 8);

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; an empty object for another type. */
  readonly json: Record<string, unknown>;
}

export interface EstsBench {
  readonly ests: Handler;
  readonly directory: Directory;
  readonly tenantId: string;
  app(name: string): AppRegistration;
  user(name: string): User;
  pass(ms: number): void;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  /** Posts a form; a path without a leading slash is below the first tenant. */
  post(
    path: string,
    form: Record<string, string>,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  /** Signs in at the page and returns the code. */
  codeFor(app: string, user: string, scope: string, more?: Record<string, string>): Promise<string>;
}

export function startEsts(
  settings: Partial<ServiceSettings> = {},
  world: World = contoso,
): EstsBench {
  let nowMs = START_MS;
  const clock = { now: () => nowMs, sleep: () => Promise.resolve() };
  const directory = createDirectory(world, clock);
  const ests = createEsts({
    directory,
    clock,
    random: createRandom("ests tests"),
    settings: { ...world.settings, ...settings },
  });
  const [tenant] = contoso.tenants;
  const tenantId = tenant?.id ?? "";
  const send = async (request: Request): Promise<Answer> => {
    const response = await ests(request);
    const text = await response.text();
    const isJson = (response.headers.get("content-type") ?? "").includes("json");
    const json = isJson ? (JSON.parse(text) as Record<string, unknown>) : {};
    return { status: response.status, headers: response.headers, text, json };
  };
  const address = (path: string): string =>
    path.startsWith("/") ? `${HOST}${path}` : `${HOST}/${tenantId}/${path}`;
  const post: EstsBench["post"] = (path, form, headers = {}) =>
    send(
      createRequest(address(path), {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
        body: new URLSearchParams(form).toString(),
      }),
    );
  const bench: EstsBench = {
    ests,
    directory,
    tenantId,
    app: (name) => found(tenant?.apps.find((app) => app.name === name)),
    user: (name) => found(tenant?.users.find(({ upn }) => upn.startsWith(`${name}@`))),
    pass: (ms) => void (nowMs += ms),
    get: (path, headers = {}) => send(createRequest(address(path), { headers })),
    post,
    async codeFor(appName, userName, scope, more = {}) {
      const app = bench.app(appName);
      const { upn, password } = bench.user(userName);
      const query = new URLSearchParams({
        client_id: app.clientId,
        response_type: "code",
        redirect_uri: app.redirectUris[0]?.uri ?? "",
        scope,
        ...more,
      });
      const page = await bench.get(`oauth2/v2.0/authorize?${query}`);
      const [, ctx = ""] = /name="ctx" type="hidden" value="([^"]*)"/.exec(page.text) ?? [];
      const signedIn = await post("login", { login: upn, passwd: password, ctx });
      return (
        new URL(signedIn.headers.get("location") ?? "http://nowhere").searchParams.get("code") ?? ""
      );
    },
  };
  return bench;
}

/** The claims of a token, unverified. */
export function claimsOf(token: unknown): Record<string, unknown> {
  const [, payload = ""] = String(token).split(".");
  return JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as Record<string, unknown>;
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("not found in the fixture world");
  return value;
}
