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
  /** Uses any refresh token that was ever issued, by its number, while the primary works. */
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
  /** In an outage: with any cookie that was ever issued, or none, as in another browser. */
  | { readonly does: "return"; readonly cookie: number | "none"; readonly page: number };

interface Success {
  readonly userId: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly atMs: number;
  readonly revocations: number;
}

/** What was served and what should have been served: whose token, for which app, in which tenant. */
export interface Observed {
  readonly action: Action;
  readonly served: string;
  readonly expected: string;
}

/** The simulator with everything that it issued, and a model of what the backup may know. */
interface Played {
  readonly bench: Bench;
  /** Refresh tokens, in the order of their issue. */
  readonly tokens: string[];
  /** Session cookies, in the order of their issue. */
  readonly cookies: string[];
  /** Successes of the primary, by refresh token, or by cookie and app. */
  readonly successes: Map<string, Success>;
}

type ActionOf<Does extends Action["does"]> = Extract<Action, { readonly does: Does }>;

/** Plays a history; one entry for each request made in an outage. */
export async function play(actions: readonly Action[]): Promise<readonly Observed[]> {
  const played: Played = {
    bench: startBench(),
    tokens: [],
    cookies: [],
    successes: new Map(),
  };
  const observed: Observed[] = [];
  for (const action of actions) {
    played.bench.recover();
    const outcome = await perform(played, action);
    if (outcome !== undefined) observed.push({ action, ...outcome });
  }
  return observed;
}

type Outcome = Pick<Observed, "served" | "expected">;

/** Performs one action; the outcome of a request in an outage. */
async function perform(played: Played, action: Action): Promise<Outcome | undefined> {
  const { bench } = played;
  switch (action.does) {
    case "pass":
      bench.pass(action.ms);
      return undefined;
    case "revoke":
      revoke(bench, at(names.users, action.user), action.how);
      return undefined;
    case "sign-in":
      await signIn(played, action);
      return undefined;
    case "renew":
      await renew(played, action);
      return undefined;
    case "browse":
      await browse(played, at(names.users, action.user), at(names.pages, action.page));
      return undefined;
    case "ask":
      bench.fail();
      return ask(played, action);
    case "return":
      bench.fail();
      return comeBack(played, action);
  }
}

async function signIn(played: Played, { user: index, mail }: ActionOf<"sign-in">): Promise<void> {
  const name = at(names.users, index);
  const { upn: username, password } = userOf(name);
  const [tenant = ""] = name.split(" ");
  const { clientId } = appOf(`${tenant} desk-app`);
  const form = {
    grant_type: "password",
    client_id: clientId,
    username,
    password,
    scope: scopesOf(mail),
  };
  record(played, await played.bench.send(tokenPath(tenant), { form }), clientId);
}

async function renew(played: Played, { token, tenant }: ActionOf<"renew">): Promise<void> {
  const { bench, tokens, successes } = played;
  const sent = tokens[token % Math.max(1, tokens.length)];
  const before = successes.get(sent ?? "");
  if (sent === undefined || before === undefined) return;
  const form = refreshOf(before.clientId, sent, before.scopes.join(" "));
  const reply = await bench.send(tokenPath(at(names.tenants, tenant)), { form });
  record(played, reply, before.clientId, sent);
}

/** Records a success of the primary, under the refresh token that was sent and the one that was issued. */
function record(
  { bench, tokens, successes }: Played,
  { json }: { readonly json: Record<string, unknown> },
  clientId: string,
  sent?: string,
): void {
  const { access_token: token, refresh_token: issued, scope } = json;
  if (typeof issued !== "string") return;
  tokens.push(issued);
  const success = successOf(bench, token, clientId, String(scope).split(" "));
  for (const one of sent === undefined ? [issued] : [issued, sent]) successes.set(one, success);
}

async function browse(
  { bench, cookies, successes }: Played,
  who: string,
  page: string,
): Promise<void> {
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

async function ask(
  { bench, tokens, successes }: Played,
  { app, token, tenant, mail }: ActionOf<"ask">,
): Promise<Outcome> {
  const { clientId } = appOf(at([...names.natives, ...names.pages], app));
  const sent = pick(tokens, token);
  const form = refreshOf(clientId, sent, scopesOf(mail));
  const tenantName = tenant === "common" ? "common" : at(names.tenants, tenant);
  const { json, byBackup } = await bench.send(tokenPath(tenantName), { form });
  const success = sent === undefined ? undefined : successes.get(sent);
  const isEligible =
    success !== undefined &&
    isStanding(bench, success) &&
    success.clientId === clientId &&
    (tenantName === "common" || tenantOf(tenantName).id === success.tenantId) &&
    (!mail || success.scopes.includes(`${GRAPH}Mail.Read`));
  return {
    served: byBackup && json["access_token"] !== undefined ? ownerIn(json["access_token"]) : "-",
    expected: isEligible ? ownerOf(success) : "-",
  };
}

async function comeBack(
  { bench, cookies, successes }: Played,
  { page: index, cookie: number }: ActionOf<"return">,
): Promise<Outcome> {
  const page = at(names.pages, index);
  const cookie = pick(cookies, number);
  const sent = cookie === undefined ? {} : { cookie };
  const { location } = await bench.send(authorizePath(page), sent);
  const success = successes.get(`${cookie} ${appOf(page).clientId}`);
  const idToken = idTokenIn(location);
  return {
    served: idToken === undefined ? "-" : ownerIn(idToken),
    expected: success !== undefined && isStanding(bench, success) ? ownerOf(success) : "-",
  };
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
