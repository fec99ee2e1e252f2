/**
 * Random histories for the backup: people sign in on their devices, time passes, sessions
 * are revoked, the primary fails, and requests of all kinds are made with any of the tokens
 * and cookies that were ever issued. Each answer is compared with what an independent model
 * expects, which records nothing but the primary's successes.
 */
import { contoso } from "../../fixtures/worlds/contoso.ts";
import type { User } from "../../harness/entra/directory/world.ts";
import { claimsOf } from "../../harness/core/http/json-object.ts";
import { type Bench, type Sent, startBench } from "./backup-bench.ts";

const [home, other] = contoso.tenants;
const WINDOW_MS = 72 * 3_600_000;
const GRAPH = "https://graph.microsoft.com/";

/** Tenants, apps and users by short name; users of either tenant, a guest among them. */
export const names = {
  tenants: ["contoso", "fabrikam"],
  natives: ["contoso desk-app", "fabrikam desk-app"],
  pages: ["contoso portal", "contoso spa"],
  users: ["contoso adele", "contoso megan", "contoso frank", "fabrikam frank"],
} as const;

export type Action =
  | { readonly does: "pass"; readonly ms: number }
  | { readonly does: "sign-in"; readonly user: number; readonly mail: boolean }
  /** Uses any refresh token that was ever given, by its number, while the primary is well. */
  | { readonly does: "renew"; readonly token: number; readonly tenant: number }
  | { readonly does: "revoke"; readonly user: number; readonly how: "revoke" | "disable" | "mfa" }
  /** In an outage: with a token by its number, a made-up one, or none, as after a restart. */
  | {
      readonly does: "ask";
      readonly token: number | "made-up" | "none";
      readonly app: number;
      readonly tenant: number | "common";
      readonly mail: boolean;
    }
  | { readonly does: "browse"; readonly user: number; readonly page: number }
  /** In an outage: with any cookie that was ever given, or none, as in another browser. */
  | { readonly does: "return"; readonly cookie: number | "none"; readonly page: number };

interface Success {
  readonly userId: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly atMs: number;
  readonly revocations: number;
}

/** What was served, and what should have been: whose token, for which app, in which tenant. */
export interface Observed {
  readonly action: Action;
  readonly served: string;
  readonly expected: string;
}

/** Plays a history; one entry for each request made in an outage. */
export async function play(actions: readonly Action[]): Promise<readonly Observed[]> {
  const bench = startBench();
  const tokens: string[] = [];
  const cookies: string[] = [];
  const successes = new Map<string, Success>();
  const observed: Observed[] = [];

  for (const action of actions) {
    bench.recover();
    switch (action.does) {
      case "pass":
        bench.pass(action.ms);
        break;
      case "revoke":
        revoke(bench, at(names.users, action.user), action.how);
        break;
      case "sign-in": {
        const user = userOf(at(names.users, action.user));
        const [tenant = ""] = at(names.users, action.user).split(" ");
        const clientId = appOf(`${tenant} desk-app`).clientId;
        const form = {
          grant_type: "password",
          client_id: clientId,
          username: user.upn,
          password: user.password,
          scope: scopesOf(action.mail),
        };
        book(await bench.send(tokenPath(tenant), { form }), clientId);
        break;
      }
      case "renew": {
        const shown = tokens[action.token % Math.max(1, tokens.length)];
        const before = successes.get(shown ?? "");
        if (shown === undefined || before === undefined) break;
        const form = refreshOf(before.clientId, shown, before.scopes.join(" "));
        const path = tokenPath(at(names.tenants, action.tenant));
        book(await bench.send(path, { form }), before.clientId, shown);
        break;
      }
      case "browse":
        await browse(at(names.users, action.user), at(names.pages, action.page));
        break;
      case "ask":
        bench.fail();
        observed.push({ action, ...(await ask(action)) });
        break;
      case "return":
        bench.fail();
        observed.push({ action, ...(await comeBack(action)) });
        break;
    }
  }
  return observed;

  /** Writes down a success of the primary, under the token that was shown and the one that was given. */
  function book({ json }: { json: Record<string, unknown> }, clientId: string, shown?: string) {
    const { access_token: token, refresh_token: given, scope } = json;
    if (typeof given !== "string") return;
    tokens.push(given);
    const success = successOf(bench, token, clientId, String(scope).split(" "));
    for (const one of shown === undefined ? [given] : [given, shown]) successes.set(one, success);
  }

  async function browse(who: string, page: string): Promise<void> {
    const { upn, password } = userOf(who);
    const form = await bench.send(authorizePath(page));
    const [, ctx = ""] = /name="ctx" type="hidden" value="([^"]*)"/.exec(form.text) ?? [];
    const sent: Sent = { form: { login: upn, passwd: password, ctx } };
    const { location, cookie } = await bench.send(`${home?.id}/login`, sent);
    const idToken = idTokenIn(location);
    if (cookie === undefined || idToken === undefined) return;
    cookies.push(cookie);
    const { clientId } = appOf(page);
    successes.set(`${cookie} ${clientId}`, successOf(bench, idToken, clientId, []));
  }

  async function ask(asked: Extract<Action, { does: "ask" }>) {
    const { clientId } = appOf(at([...names.natives, ...names.pages], asked.app));
    const shown = pick(tokens, asked.token);
    const form = refreshOf(clientId, shown, scopesOf(asked.mail));
    const tenantName = asked.tenant === "common" ? "common" : at(names.tenants, asked.tenant);
    const { json, byBackup } = await bench.send(tokenPath(tenantName), { form });
    const success = shown === undefined ? undefined : successes.get(shown);
    const isEligible =
      success !== undefined &&
      isStanding(bench, success) &&
      success.clientId === clientId &&
      (tenantName === "common" || tenantOf(tenantName).id === success.tenantId) &&
      (!asked.mail || success.scopes.includes(`${GRAPH}Mail.Read`));
    return {
      served: byBackup && json["access_token"] !== undefined ? ownerIn(json["access_token"]) : "-",
      expected: isEligible ? ownerOf(success) : "-",
    };
  }

  async function comeBack(asked: Extract<Action, { does: "return" }>) {
    const page = at(names.pages, asked.page);
    const cookie = pick(cookies, asked.cookie);
    const sent = cookie === undefined ? {} : { cookie };
    const { location } = await bench.send(authorizePath(page), sent);
    const success = successes.get(`${cookie} ${appOf(page).clientId}`);
    const idToken = idTokenIn(location);
    return {
      served: idToken === undefined ? "-" : ownerIn(idToken),
      expected: success !== undefined && isStanding(bench, success) ? ownerOf(success) : "-",
    };
  }
}

function isStanding(bench: Bench, { userId, atMs, revocations }: Success): boolean {
  const user = contoso.tenants.flatMap(({ users }) => users).find(({ id }) => id === userId);
  return (
    user?.kind === "member" &&
    bench.now() - atMs <= WINDOW_MS &&
    bench.directory.revocations(user) === revocations
  );
}

function successOf(bench: Bench, token: unknown, clientId: string, scopes: readonly string[]) {
  const { oid, tid } = claimsOf(token) ?? {};
  const user = contoso.tenants.flatMap(({ users }) => users).find(({ id }) => id === oid);
  if (user === undefined) throw new Error("a token without a user of the world");
  const revocations = bench.directory.revocations(user);
  return {
    userId: user.id,
    tenantId: String(tid),
    clientId,
    scopes,
    atMs: bench.now(),
    revocations,
  };
}

function ownerOf({ userId, clientId, tenantId }: Success): string {
  return `${userId} ${clientId} ${tenantId}`;
}

function ownerIn(token: unknown): string {
  const { oid, tid, appid, azp, aud } = claimsOf(token) ?? {};
  return [oid, appid ?? azp ?? aud, tid].map(String).join(" ");
}

function revoke({ directory }: Bench, who: string, how: "revoke" | "disable" | "mfa"): void {
  const user = userOf(who);
  if (how === "revoke") directory.revokeSessions([user]);
  if (how === "disable") directory.disable(user);
  if (how === "mfa") directory.enableMfa(user);
}

function refreshOf(clientId: string, shown: string | undefined, scope: string) {
  const form: Record<string, string> = { grant_type: "refresh_token", client_id: clientId, scope };
  return { ...form, ...(shown === undefined ? {} : { refresh_token: shown }) };
}

function scopesOf(mail: boolean): string {
  return `openid profile offline_access ${GRAPH}User.Read${mail ? ` ${GRAPH}Mail.Read` : ""}`;
}

function pick(all: readonly string[], which: number | "made-up" | "none"): string | undefined {
  if (which === "none") return undefined;
  return which === "made-up" ? "1.Amade-up" : all[which % Math.max(1, all.length)];
}

function authorizePath(page: string): string {
  const { clientId, redirectUris } = appOf(page);
  const query = new URLSearchParams({
    client_id: clientId,
    response_type: "id_token",
    redirect_uri: redirectUris[0]?.uri ?? "",
    scope: "openid profile",
    nonce: "n",
  });
  return `${home?.id}/oauth2/v2.0/authorize?${query}`;
}

function idTokenIn(location: string | null): string | undefined {
  const { hash } = new URL(location ?? "http://nowhere");
  return new URLSearchParams(hash.slice(1)).get("id_token") ?? undefined;
}

function tokenPath(tenant: string): string {
  return `${tenant === "common" ? tenant : tenantOf(tenant).id}/oauth2/v2.0/token`;
}

function tenantOf(name: string) {
  const found = [home, other].find((tenant) => tenant?.name === name);
  if (found === undefined) throw new Error(`no tenant ${name}`);
  return found;
}

function appOf(name: string) {
  const [tenant = "", short] = name.split(" ");
  const found = tenantOf(tenant).apps.find((app) => app.name === short);
  if (found === undefined) throw new Error(`no app ${name}`);
  return found;
}

function userOf(name: string): User {
  const [tenant = "", short] = name.split(" ");
  const found = tenantOf(tenant).users.find(({ upn }) => upn.startsWith(`${short}@`));
  if (found === undefined) throw new Error(`no user ${name}`);
  return found;
}

function at<T>(all: readonly T[], number: number): T {
  const found = all[number % all.length];
  if (found === undefined) throw new Error("an empty list");
  return found;
}
