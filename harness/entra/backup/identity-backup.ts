/**
 * The backup of managed identities: it stands behind the regional authentication service
 * (`docs/sources.md#d8`), in every cloud whose identities the edition covers. The articles
 * name no other condition: no user, no device, no three days. They do not say whether the
 * identity must have been served before, so that is a setting.
 */
import type { StateStore } from "../../core/state-store.ts";
import type { ServiceSettings } from "../directory/service-settings.ts";
import type { EntraRequest } from "../request/endpoint.ts";
import { articleOf, type Cloud, clouds, editionOf, type EditionId } from "./edition.ts";
import type { Refusal } from "./eligibility.ts";

/** Issues a token of an identity; `undefined` for an unknown one. */
type IssueForIdentity = (described: EntraRequest) => Readonly<Record<string, unknown>> | undefined;

/** The regional service as the backup uses it. */
export interface IdentityRequests {
  /** Whether a request asks for a token of a managed identity. */
  readonly isAsking: (request: Request) => boolean;
  readonly issue: IssueForIdentity;
}

export interface IdentityBackupOptions {
  readonly settings: IdentitySettings;
  readonly edition: EditionId;
  readonly issue: IssueForIdentity;
  /** Where it keeps which identities it has seen. */
  readonly state: StateStore;
}

export interface IdentityBackup {
  /** Records that the primary gave this identity a token. */
  readonly observe: (described: EntraRequest) => void;
  /** The body of a token; `undefined` when the backup does not serve it. */
  readonly serve: (described: EntraRequest) => Readonly<Record<string, unknown>> | undefined;
}

/** Settings for what the articles leave open or contradict themselves in. */
type IdentitySettings = Pick<ServiceSettings, "backupManagedIdentities" | "backup21Vianet">;

/** A request for a token of a managed identity. */
export interface IdentityAttempt {
  readonly cloud: Cloud;
  /** Whether the primary served it before. */
  readonly seen: boolean;
}

/** All reasons not to serve a managed identity; empty when it is served. */
export function identityRefusalsOf(
  { cloud, seen }: IdentityAttempt,
  edition: EditionId,
  settings: IdentitySettings,
): readonly Refusal[] {
  const { flows, clouds: covered } = editionOf(edition);
  const flow = flows["managed-identity"];
  const refusals: Refusal[] = [];
  if (flow.status !== "protected")
    refusals.push({ rule: "E8", why: flow.says, source: articleOf(flow.document) });
  const isLeftOut = cloud === "21vianet" && settings.backup21Vianet === "text";
  if (!covered[cloud].managedIdentities || isLeftOut)
    refusals.push({ rule: "E7", why: covered[cloud].says, source: articleOf("system") });
  if (settings.backupManagedIdentities === "seen" && !seen) {
    const why = "the primary has given this identity no token that the backup saw";
    refusals.push({ rule: "E4", why, source: articleOf("system") });
  }
  return refusals;
}

/** A backup that has seen the identities in `state`. */
export function createIdentityBackup(options: IdentityBackupOptions): IdentityBackup {
  const { settings, edition, issue, state } = options;
  const seen = state.map<true>("backup identities");
  return {
    observe: (described) => void seen.set(described.app ?? "", true),
    serve(described) {
      const cloud = clouds.find((name) => name === described.parameters["cloud"]) ?? "commercial";
      const attempt: IdentityAttempt = { cloud, seen: seen.has(described.app ?? "") };
      const refusals = identityRefusalsOf(attempt, edition, settings);
      return refusals.length === 0 ? issue(described) : undefined;
    },
  };
}
