/**
 * The simulated backup authentication system: a service of its own behind the front door.
 * It knows only what it saw succeed, and never asks the primary. Which replies it gives and
 * what is unverified about them: `shared/facts/entra.md` D.5 and D.6.
 */
import type { Clock } from "../../core/time/clock.ts";
import type { Directory } from "../directory/directory.ts";
import type { ServiceSettings } from "../directory/world.ts";
import { corsHeaders } from "../request/cors.ts";
import { correlationIdOf } from "../request/correlation-id.ts";
import { describeRequest, type EntraRequest } from "../request/endpoint.ts";
import { textOfResponse } from "../../core/http/message.ts";
import type { Random } from "../../core/random.ts";
import { createBrowserSessionStore } from "./browser-sessions.ts";
import type { EditionId, FlowKind } from "./edition.ts";
import { type Attempt, type RecordedSession, refusalsOf } from "./eligibility.ts";
import { createKnownDirectory } from "./known-directory.ts";
import { createIdentityBackup, type IdentityRequests } from "./managed-identity.ts";
import { createReissue } from "./reissue.ts";
import { decline, jsonReply, refuseDirectTraffic } from "./reply.ts";
import { createSamlSessionStore } from "./saml-sessions.ts";
import { signInBySaml } from "./saml-sign-in.ts";
import { createSessionStore, type KnownSession } from "./sessions.ts";
import { signInByBackup } from "./sign-in.ts";

export interface BackupOptions {
  readonly directory: Directory;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: ServiceSettings;
  readonly edition: EditionId;
  /** When the primary was last well, ms since the Unix epoch: what changed until then counts. */
  readonly primaryWellAtMs: () => number;
  /** Which requests are for managed identities, and how they are served; absent where there are none. */
  readonly managedIdentities?: IdentityRequests;
}

export interface Backup {
  /** Learns from a reply of the primary. */
  observe(request: Request, response: Response): Promise<void>;
  /** Answers whoever asks past the gateway. */
  refuse(request: Request): Promise<Response>;
  /** Answers for the primary; `undefined` for a flow that the backup does not know at all. */
  serve(request: Request): Promise<Response | undefined>;
}

export function createBackup(options: BackupOptions): Backup {
  const { directory, clock, random, settings, edition, managedIdentities } = options;
  const sessions = createSessionStore(directory);
  const browsers = createBrowserSessionStore(directory);
  const known = createKnownDirectory({
    ...options,
    revocationDelaySeconds: settings.backupRevocationDelaySeconds,
  });
  const reissue = createReissue(directory, clock);
  const saml = createSamlSessionStore(directory);
  const ids = random.fork("ids");
  const correlationIds = random.fork("correlation ids");
  const lifetimeSeconds = settings.backupTokenSeconds;
  const identities = createIdentityBackup({
    settings,
    edition,
    issue: managedIdentities?.issue ?? (() => undefined),
  });
  const signIn = { directory, browsers, reissue, lifetimeSeconds, isServed };
  const samlParts = { directory, clock, settings, sessions: saml, ids, isServed };

  return {
    async observe(request, response) {
      const described = await describeRequest(request);
      const { endpoint } = described;
      if (managedIdentities?.isAsking(request)) {
        if (response.status === 200) identities.observe(described);
        return;
      }
      const isGoodToken = endpoint === "token" && response.status === 200;
      // A person without a session passes the sign-in page, which is authorize's.
      const isOfBrowser = endpoint === "authorize" || endpoint === "saml";
      if (!isGoodToken && !isOfBrowser) return;
      const body = await textOfResponse(response);
      const now = clock.now();
      const seen = isGoodToken
        ? sessions.observe(described, body, now)
        : (browsers.observe(request, response, body, now) ??
          saml.observe(request, response, body, now));
      const tenant = seen === undefined ? undefined : directory.tenant(seen.tenantId);
      if (tenant !== undefined) known.refresh(tenant);
    },
    refuse: async (request) => refuseDirectTraffic(saidTo(request, await describeRequest(request))),
    async serve(request) {
      const described = await describeRequest(request);
      if (managedIdentities?.isAsking(request)) {
        const body = identities.serve(described);
        return body === undefined
          ? undefined
          : jsonReply({ status: 200, body, cors: [], id: ids.uuid() }, settings);
      }
      if (described.endpoint === "authorize") return signInByBackup(signIn, request, described);
      if (described.endpoint === "saml") return signInBySaml(samlParts, request, described);
      const flow = flowOf(described, directory);
      // What the backup does not know meets the primary's own failure (D.6).
      if (flow !== "native-refresh") return undefined;
      const scopes = (described.scope ?? "")
        .split(" ")
        .filter((scope) => scope !== "" && scope !== "offline_access");
      const session = sessions.bySecret(described.parameters["refresh_token"], scopes);
      const asked = { flow, interactive: false, scopes };
      const said = saidTo(request, described);
      if (session === undefined || !isServed(asked, described, session)) return decline(said);
      const body = renewed(session, described);
      return jsonReply({ ...said, status: 200, body }, settings);
    },
  };

  function saidTo(request: Request, described: EntraRequest) {
    const correlationId = correlationIdOf(request, described) ?? correlationIds.uuid();
    const cors = corsHeaders(request, described.endpoint, settings.retryAfterExposed);
    return { id: ids.uuid(), correlationId, settings, cors, nowMs: clock.now() };
  }

  function isServed(
    asked: Pick<Attempt, "flow" | "interactive" | "scopes">,
    described: EntraRequest,
    session: RecordedSession,
  ): boolean {
    const tenant = directory.tenant(session.tenantId);
    // By the world and not by the directory: that an account is gone comes as a revocation.
    const user = tenant?.users.find(({ id }) => id === session.userId);
    const attempt: Attempt = {
      ...asked,
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
    return refusalsOf(attempt, session, edition).length === 0;
  }

  /** The last good reply with new times, signed anew; the refresh token is the one that was shown. */
  function renewed(session: KnownSession, described: EntraRequest): Record<string, unknown> {
    const { reply } = session;
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
}

/** What a token request means, by its grant and the kind of its app; `undefined` for anything else. */
function flowOf(described: EntraRequest, directory: Directory): FlowKind | undefined {
  if (described.endpoint !== "token" || described.grant !== "refresh_token") return undefined;
  const app = directory.appAnywhere(described.app);
  if (app?.kind === "native") return "native-refresh";
  return app?.kind === "spa" ? "spa-code" : "web-code";
}
