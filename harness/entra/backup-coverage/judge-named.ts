/**
 * Coverage of what the documents name: a flow, an application of the gallery, an Azure
 * resource provider. Where table and text disagree, the answer gives both, and a switch decides
 * the verdict. Pure.
 */
import type { AzureResource } from "./azure-resources.ts";
import type { GalleryApp } from "./gallery-apps.ts";
import {
  articleOf,
  editionIds,
  type EditionId,
  editionOf,
  type RowFlow,
} from "../backup/edition.ts";
import { hasUser, judgeFlowKind } from "./flow-rules.ts";
import {
  type CoverageVerdict,
  type Judgement,
  type JudgedRule,
  type Switches,
  coverageVerdictOf,
} from "./coverage-judgement.ts";

/** The answer for a flow. */
export function judgeFlow(flow: RowFlow, edition: EditionId): Judgement {
  const rules = [judgeFlowKind(flow, edition)];
  return {
    subject: `flow ${flow}`,
    edition,
    verdict: coverageVerdictOf([flow], rules),
    rules,
    identities: hasUser(flow) ? "users" : "workloads",
  };
}

/** The answer for an Azure resource provider. */
export function judgeResource(resource: AzureResource, edition: EditionId): Judgement {
  const { provider, product, protected: isProtected, note } = resource;
  const statement = {
    id: "E8",
    why: sentences(`The table lists it as ${isProtected ? "" : "not "}protected.`, note),
    source: articleOf("system"),
  } as const;
  const rule: JudgedRule = isProtected
    ? { ...statement, holds: true }
    : {
        ...statement,
        holds: false,
        change: "Nothing in the application helps; plan for the outage of this service.",
        denies: "everybody",
        flows: ["managed-identity"],
      };
  return {
    subject: `${provider} (${product})`,
    edition,
    verdict: isProtected ? "protected" : "not",
    rules: [rule],
    identities: "workloads",
  };
}

/** The answer for an application that the article names. */
export function judgeApp(
  app: GalleryApp,
  edition: EditionId,
  { believe }: Pick<Switches, "believe">,
): Judgement {
  const table = app.table === undefined ? undefined : judgeTable(app, app.table, edition);
  const text = app.text === undefined ? undefined : judgeText(app.text, edition);
  const [first, second] = believe === "table" ? [table, text] : [text, table];
  const isDisputed = table !== undefined && text !== undefined && table.verdict !== text.verdict;
  // What table and text both say is said once.
  const rules = [...new Set([...(table?.rules ?? []), ...(text?.rules ?? [])])];
  const note = isDisputed ? DISPUTE : app.note;
  return {
    subject: app.name,
    edition,
    verdict: (first ?? second)?.verdict ?? "not",
    rules: rules.map((rule, index) => ({
      ...rule,
      why: sentences(rule.why, index === 0 ? note : undefined),
    })),
    identities: "users",
  };
}

interface Half {
  readonly verdict: CoverageVerdict;
  readonly rules: readonly JudgedRule[];
}

const source = articleOf("system");
const DISPUTE = "The text above the table disagrees; choose with --believe which of them counts.";
const STARTED_BY_SERVICE: JudgedRule = {
  id: "E8",
  holds: false,
  why: "SAML started by the service provider is not protected.",
  source,
  change: "Let users start at the identity provider, such as from My Apps.",
  denies: "everybody",
  flows: ["saml-sp-initiated"],
};

function judgeTable(
  { missingFrom }: GalleryApp,
  row: NonNullable<GalleryApp["table"]>,
  edition: EditionId,
): Half {
  const isMissing =
    missingFrom !== undefined && editionIds.indexOf(edition) >= editionIds.indexOf(missingFrom);
  const dropped = isMissing
    ? "The table of this edition has no such row; earlier ones had it."
    : undefined;
  switch (row.protected) {
    case "yes": {
      const why = sentences("The table lists it as protected.", dropped);
      return { verdict: "protected", rules: [{ id: "E8", holds: true, why, source }] };
    }
    case "idp-initiated": {
      const why = sentences(
        "The table lists it as protected where the identity provider starts the sign-in.",
        dropped,
      );
      return {
        verdict: "partly",
        rules: [{ id: "E8", holds: true, why, source }, STARTED_BY_SERVICE],
      };
    }
    case "no":
      return { verdict: "not", rules: [refusedBy(row.reason, dropped)] };
  }
}

function refusedBy(
  reason: NonNullable<GalleryApp["table"]>["reason"],
  dropped: string | undefined,
): JudgedRule {
  if (reason === "oidc-access-token") {
    return {
      id: "E8",
      holds: false,
      why: sentences(
        "The table lists it as not protected: it asks for access tokens as a confidential client.",
        dropped,
      ),
      source,
      change: "Only its maker can change that: by signing in with id tokens alone.",
      denies: "everybody",
      flows: ["web-code"],
    };
  }
  const why =
    "The table lists it as not protected: the service provider starts the sign-in (SAML).";
  return { ...STARTED_BY_SERVICE, why: sentences(why, dropped) };
}

function judgeText(text: NonNullable<GalleryApp["text"]>, edition: EditionId): Half {
  const protocol =
    text === "native-refresh"
      ? "native apps"
      : "SAML applications where the identity provider starts the sign-in";
  const example: JudgedRule = {
    id: "E8",
    holds: true,
    why: `The article's text names it among the protected ${protocol}.`,
    source,
  };
  const { status } = editionOf(edition).flows["saml-sp-initiated"];
  if (text === "native-refresh" || status === "protected") {
    return { verdict: "protected", rules: [example] };
  }
  return { verdict: "partly", rules: [example, STARTED_BY_SERVICE] };
}

function sentences(first: string, second: string | undefined): string {
  return second === undefined ? first : `${first} ${second}`;
}
