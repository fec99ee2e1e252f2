/**
 * The simulated backup authentication system: a service of its own behind the front door.
 * It knows only what it saw succeed, and never asks the primary. Which replies it gives and
 * what is unverified about them: `shared/facts/entra.md` D.5 and D.6.
 */
import { hash } from "node:crypto";
import type { Clock } from "../clock/clock.ts";
import type { Directory } from "../directory/directory.ts";
import { signRs256 } from "../directory/signing-keys.ts";
import type { ServiceSettings } from "../directory/world.ts";
import { describeRequest, type EntraRequest } from "../http/endpoint.ts";
import { createResponse, type HeaderPair } from "../http/message.ts";
import type { Random } from "../random.ts";
import type { EditionId, FlowKind } from "./edition.ts";
import { refusalsOf, type Attempt } from "./eligibility.ts";
import { claimsOf, createSessionStore, type KnownSession } from "./sessions.ts";

export interface BackupOptions {
  readonly directory: Directory;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: ServiceSettings;
  readonly edition: EditionId;
}

export interface Backup {
  /** Learns from a reply of the primary. */
  observe(request: Request, status: number, body: string): Promise<void>;
  /** Answers for the primary; `undefined` for a flow that the backup does not know at all. */
  serve(request: Request): Promise<Response | undefined>;
}

export function createBackup(options: BackupOptions): Backup {
  const { directory, clock, random, settings, edition } = options;
  const sessions = createSessionStore(directory);
  const ids = random.fork("ids");

  return {
    async observe(request, status, body) {
      if (status !== 200) return;
      const described = await describeRequest(request);
      if (described.endpoint === "token") sessions.observe(described, body, clock.now());
    },
    async serve(request) {
      const described = await describeRequest(request);
      const session = sessions.bySecret(described.parameters["refresh_token"]);
      const flow = flowOf(described, directory);
      // What the backup does not know meets the primary's own failure (D.6).
      if (flow !== "native-refresh") return undefined;
      const refusals = refusalsOf(attemptOf(described, session), session, edition);
      const id = ids.uuid();
      if (session === undefined || refusals.length > 0) return decline(id);
      return jsonResponse(200, renewed(session, described), id);
    },
  };

  function attemptOf(described: EntraRequest, session: KnownSession | undefined): Attempt {
    const user = session === undefined ? undefined : sessions.userOf(session);
    const segment = described.tenant ?? "";
    return {
      atMs: clock.now(),
      flow: "native-refresh",
      host: described.host,
      tenantId: directory.tenant(segment)?.id ?? session?.tenantId ?? "",
      clientId: described.app ?? "",
      scopes: (described.scope ?? "")
        .split(" ")
        .filter((scope) => scope !== "" && scope !== "offline_access"),
      interactive: false,
      policies: directory.tenant(session?.tenantId ?? segment)?.policies ?? [],
      switches: {
        signInFrequency: settings.backupSignInFrequency,
        authenticationStrengths: settings.backupAuthenticationStrengths,
      },
      ...(user === undefined
        ? {}
        : { user: { id: user.id, kind: user.kind, revocations: directory.revocations(user) } }),
    };
  }

  /** The last good reply with new times, signed anew; the refresh token is the one that was shown. */
  function renewed(session: KnownSession, described: EntraRequest): Record<string, unknown> {
    const { reply } = session;
    const lifetimeSeconds = settings.backupTokenSeconds;
    const { refresh_in: _, ...rest } = reply;
    return {
      ...rest,
      expires_in: lifetimeSeconds,
      ext_expires_in: lifetimeSeconds,
      access_token: reissue(reply["access_token"], lifetimeSeconds),
      refresh_token: described.parameters["refresh_token"],
      ...(reply["id_token"] === undefined
        ? {}
        : { id_token: reissue(reply["id_token"], lifetimeSeconds) }),
    };
  }

  function reissue(token: unknown, lifetimeSeconds: number): string {
    const { aio: _, rh: __, uti: ___, ...claims } = claimsOf(token) ?? {};
    const iat = Math.floor(clock.now() / 1_000);
    const times = { iat, nbf: iat, exp: iat + lifetimeSeconds };
    const all = { ...claims, ...times };
    const uti = hash("sha256", JSON.stringify(all), "base64url").slice(0, 22);
    const key = directory.signingKey();
    const v1 = claims["ver"] === "1.0" ? { x5t: key.kid } : {};
    const input = `${encode({ typ: "JWT", alg: "RS256", ...v1, kid: key.kid })}.${encode({ ...all, uti })}`;
    return `${input}.${signRs256(input, key)}`;
  }

  function decline(id: string): Response {
    const nowText = `${new Date(clock.now()).toISOString().slice(0, 19).replace("T", " ")}Z`;
    const said =
      "CCS could not serve the request that had failed at ESTS due to server error and got auto failed over to CCS.";
    const body = {
      error: "temporarily_unavailable",
      error_description: `${said} Trace ID: ${id} Correlation ID: ${id} Timestamp: ${nowText}`,
      error_codes: [50033],
      timestamp: nowText,
      trace_id: id,
      correlation_id: id,
    };
    return jsonResponse(settings.backupDeclineStatus, body, id);
  }

  function jsonResponse(status: number, body: unknown, id: string): Response {
    const text = JSON.stringify(body);
    const headers: HeaderPair[] = [
      ["Cache-Control", "no-store, no-cache"],
      ["Pragma", "no-cache"],
      ["Content-Type", "application/json; charset=utf-8"],
      ["x-ms-request-id", id],
      ["x-ms-srs", settings.backupServerSequence],
      // Two clients read two spellings; only the name is known (D.5).
      ["x-ms-ccs-requestid", id],
      ["xms-ccs-requestid", id],
      ["Content-Length", String(Buffer.byteLength(text))],
    ];
    return createResponse(text, { status, headers });
  }
}

/** What a token request means, by its grant and the kind of its app; `undefined` for anything else. */
function flowOf(described: EntraRequest, directory: Directory): FlowKind | undefined {
  if (described.endpoint !== "token" || described.grant !== "refresh_token") return undefined;
  const app = directory.world.tenants
    .flatMap(({ apps }) => apps)
    .find(({ clientId }) => clientId === described.app);
  if (app?.kind === "native") return "native-refresh";
  return app?.kind === "spa" ? "spa-code" : "web-code";
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
