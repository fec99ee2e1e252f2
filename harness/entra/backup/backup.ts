/**
 * The simulated backup authentication system: a separate service behind the front door. It
 * knows only what it saw the primary serve, and never asks the primary. Its replies, and what
 * is unverified about them: `docs/sources.md#d5` and D.6.
 */
import type { Clock } from "../../core/time/clock.ts";
import type { Directory } from "../directory/directory.ts";
import type { ServiceSettings } from "../directory/service-settings.ts";
import { corsHeaders } from "../request/cors.ts";
import { correlationIdOf } from "../request/correlation-id.ts";
import { describeRequest, type Endpoint, type EntraRequest } from "../request/endpoint.ts";
import { otherTokenType } from "../request/token-type.ts";
import { textOfResponse } from "../../core/http/message.ts";
import type { Random } from "../../core/random.ts";
import { createMemoryStore, type StateStore } from "../../core/state-store.ts";
import type { EditionId } from "./edition.ts";
import { type Attempt, refusalsOf } from "./eligibility.ts";
import { createIdTokenSessionStore, type ObservedIdTokenSession } from "./id-token-sessions.ts";
import { createKnownDirectory, type KnownDirectory } from "./known-directory.ts";
import {
  createIdentityBackup,
  type IdentityBackup,
  type IdentityRequests,
} from "./identity-backup.ts";
import type { ObservedSession } from "./observed-session.ts";
import { createReissue, type Reissue } from "./reissue.ts";
import { decline, jsonReply, refuseDirectTraffic, type ReplyContext } from "./backup-reply.ts";
import { createSamlSessionStore, type ObservedSamlSession } from "./saml-sessions.ts";
import { signInBySaml } from "./saml-sign-in.ts";
import type { BrowserSessionStore } from "./sessions-by-cookie.ts";
import { type IsServed, signInByBackup } from "./id-token-sign-in.ts";
import {
  createTokenSessionStore,
  type ObservedTokenSession,
  type TokenSessionStore,
} from "./token-sessions.ts";

export interface BackupOptions {
  readonly directory: Directory;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: ServiceSettings;
  readonly edition: EditionId;
  /** When the primary last served requests, ms since the Unix epoch: changes until then count. */
  readonly primaryWellAtMs: () => number;
  /** Recognises requests for managed identities and serves them; absent in a world without any. */
  readonly managedIdentities?: IdentityRequests;
  /** Where it keeps what it observes; default: nowhere, and nothing yet. */
  readonly state?: StateStore;
}

export interface Backup {
  /** Learns from a reply of the primary. */
  observe(request: Request, response: Response): Promise<void>;
  /** Answers a request that did not come through the gateway. */
  refuse(request: Request): Promise<Response>;
  /** Answers in place of the primary; `undefined` for a flow that the backup does not know. */
  serve(request: Request): Promise<Response | undefined>;
}

/** A backup that has seen nothing yet. */
export function createBackup(options: BackupOptions): Backup {
  const parts = createParts(options);
  return {
    observe: (request, response) => observe(parts, request, response),
    async refuse(request) {
      return refuseDirectTraffic(replyContext(parts, request, await describeRequest(request)));
    },
    serve: (request) => serve(parts, request),
  };
}

/** What the backup has observed, by kind of session, and what it needs for an answer. */
interface BackupParts extends BackupOptions {
  readonly tokenSessions: TokenSessionStore;
  readonly idTokenSessions: BrowserSessionStore<ObservedIdTokenSession>;
  readonly samlSessions: BrowserSessionStore<ObservedSamlSession>;
  readonly identities: IdentityBackup;
  readonly known: KnownDirectory;
  readonly reissue: Reissue;
  /** For trace ids and the ids of SAML responses. */
  readonly ids: Random;
  readonly correlationIds: Random;
  readonly isServed: IsServed;
}

function createParts(options: BackupOptions): BackupParts {
  const { directory, clock, random, settings, edition, managedIdentities } = options;
  const { state = createMemoryStore() } = options;
  const known = createKnownDirectory({
    ...options,
    revocationDelaySeconds: settings.backupRevocationDelaySeconds,
  });
  return {
    ...options,
    tokenSessions: createTokenSessionStore(directory, state),
    idTokenSessions: createIdTokenSessionStore(directory, state, settings.backupBrowserCookie),
    samlSessions: createSamlSessionStore(directory, state, settings.backupBrowserCookie),
    identities: createIdentityBackup({
      settings,
      edition,
      issue: managedIdentities?.issue ?? (() => undefined),
      state,
    }),
    known,
    reissue: createReissue(directory, clock),
    ids: random.fork("ids"),
    correlationIds: random.fork("correlation ids"),
    isServed: (wanted, described, session) => {
      const attempt = attemptOf({ ...options, known }, wanted, described, session);
      return refusalsOf(attempt, session, edition).length === 0;
    },
  };
}

/** The endpoints whose good replies sign users in. */
const OBSERVED: ReadonlySet<Endpoint> = new Set(["token", "authorize", "saml"]);

async function observe(parts: BackupParts, request: Request, response: Response): Promise<void> {
  const { directory, clock, managedIdentities, tokenSessions, idTokenSessions, samlSessions } =
    parts;
  const described = await describeRequest(request);
  const { endpoint } = described;
  if (managedIdentities?.isAsking(request)) {
    if (response.status === 200) parts.identities.observe(described);
    return;
  }
  // A person without a session signs in at the sign-in page, which belongs to authorize.
  if (!OBSERVED.has(endpoint)) return;
  const body = await textOfResponse(response);
  const now = clock.now();
  const observed =
    endpoint === "token"
      ? tokenSessions.observe(described, body, now)
      : (idTokenSessions.observe(request, response, body, now) ??
        samlSessions.observe(request, response, body, now));
  const tenant = observed === undefined ? undefined : directory.tenant(observed.tenantId);
  if (tenant !== undefined) parts.known.refresh(tenant);
}

async function serve(parts: BackupParts, request: Request): Promise<Response | undefined> {
  const { settings, managedIdentities, identities, ids } = parts;
  const described = await describeRequest(request);
  if (managedIdentities?.isAsking(request)) {
    const body = identities.serve(described);
    return body === undefined
      ? undefined
      : jsonReply({ status: 200, body, cors: [], id: ids.uuid() }, settings);
  }
  switch (described.endpoint) {
    case "authorize": {
      const lifetimeSeconds = settings.backupTokenSeconds;
      const sessions = parts.idTokenSessions;
      return signInByBackup({ ...parts, sessions, lifetimeSeconds }, request, described);
    }
    case "saml":
      return signInBySaml({ ...parts, sessions: parts.samlSessions }, request, described);
    default:
      return serveRefresh(parts, request, described);
  }
}

/** Answers a native app's refresh; for other flows the client gets the primary's own failure (D.6). */
function serveRefresh(
  parts: BackupParts,
  request: Request,
  described: EntraRequest,
): Response | undefined {
  if (!isNativeRefresh(described, parts.directory)) return undefined;
  if (otherTokenType(described) !== undefined) return undefined;
  const scopes = (described.scope ?? "")
    .split(" ")
    .filter((scope) => scope !== "" && scope !== "offline_access");
  const session = parts.tokenSessions.bySecret(described.parameters["refresh_token"], scopes);
  const wanted = { flow: "native-refresh", interactive: false, scopes } as const;
  const context = replyContext(parts, request, described);
  if (session === undefined || !parts.isServed(wanted, described, session)) return decline(context);
  return jsonReply(
    { ...context, status: 200, body: renewed(parts, session, described) },
    parts.settings,
  );
}

function replyContext(
  { settings, clock, ids, correlationIds }: BackupParts,
  request: Request,
  described: EntraRequest,
): ReplyContext {
  const correlationId = correlationIdOf(request, described) ?? correlationIds.uuid();
  const cors = corsHeaders(request, described.endpoint, settings.retryAfterExposed);
  return { id: ids.uuid(), correlationId, settings, cors, nowMs: clock.now() };
}

/** The attempt to be judged, with what the backup knows of tenant and user by now. */
function attemptOf(
  { directory, clock, settings, known }: BackupOptions & Pick<BackupParts, "known">,
  wanted: Pick<Attempt, "flow" | "interactive" | "scopes">,
  described: EntraRequest,
  session: ObservedSession,
): Attempt {
  const tenant = directory.tenant(session.tenantId);
  // From the world and not from the directory: a deleted account is seen as a revocation.
  const user = tenant?.users.find(({ id }) => id === session.userId);
  return {
    ...wanted,
    atMs: clock.now(),
    host: described.host,
    tenantId: directory.tenant(described.tenant ?? "")?.id ?? session.tenantId,
    clientId: described.app ?? "",
    policies: tenant === undefined ? [] : known.policies(tenant),
    switches: {
      signInFrequency: settings.backupSignInFrequency,
      authenticationStrengths: settings.backupAuthenticationStrengths,
    },
    ...(user === undefined
      ? {}
      : {
          user: {
            id: user.id,
            kind: tenant?.kind ?? user.kind,
            revocations: known.revocations(user.id),
          },
        }),
  };
}

/** The last good reply with new times, signed again, and with the refresh token that was sent. */
function renewed(
  { reissue, settings }: BackupParts,
  { reply }: ObservedTokenSession,
  described: EntraRequest,
): Record<string, unknown> {
  const lifetimeSeconds = settings.backupTokenSeconds;
  const { refresh_in: _, ...rest } = reply;
  return {
    ...rest,
    expires_in: lifetimeSeconds,
    ext_expires_in: lifetimeSeconds,
    access_token: reissue(reply["access_token"], { lifetimeSeconds }),
    refresh_token: described.parameters["refresh_token"],
    ...(reply["id_token"] === undefined
      ? {}
      : { id_token: reissue(reply["id_token"], { lifetimeSeconds }) }),
  };
}

/** Whether a native app renews its tokens. */
function isNativeRefresh(described: EntraRequest, directory: Directory): boolean {
  if (described.endpoint !== "token" || described.grant !== "refresh_token") return false;
  return directory.appAnywhere(described.app)?.kind === "native";
}
