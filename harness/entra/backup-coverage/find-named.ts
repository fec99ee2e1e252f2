/**
 * Finds what is named on the command line: an edition, a flow, an application, an Azure
 * resource provider. An unknown name is an error with the nearest names.
 */
import { type AzureResource, azureResources } from "./azure-resources.ts";
import { type GalleryApp, galleryApps } from "./gallery-apps.ts";
import {
  editionIds,
  type EditionId,
  type FlowKind,
  type RowFlow,
  rowFlows,
} from "../backup/edition.ts";
import { HarnessError, suggestNames } from "../../core/errors.ts";

/** The edition of that name; throws `unknown-name`, like the others here. */
export function findEdition(name: string): EditionId {
  const found = editionIds.find((id) => id === name);
  return found ?? unknown("edition", name, editionIds, `There are ${editionIds.join(", ")}.`);
}

/** Takes our names and common short ones, such as ropc. */
export function findFlow(name: string): RowFlow {
  const wanted = name.toLowerCase();
  const found = shortNames.get(wanted) ?? rowFlows.find((flow) => flow === wanted);
  const names = [...rowFlows, ...shortNames.keys()];
  return found ?? unknown("flow", name, names, `There are ${rowFlows.join(", ")}.`);
}

/** By the article's name, in any case. */
export function findApp(name: string): GalleryApp {
  const found = galleryApps.find((app) => isSame(app.name, name));
  const names = galleryApps.map((app) => app.name);
  const otherwise =
    "The article names no application like it. Describe it in a file, and ask: brownout coverage app.json";
  return found ?? unknown("application", name, names, otherwise);
}

/** By provider (Microsoft.Storage, with or without a type after it) or product (Azure Storage), in any case. */
export function findResource(name: string): AzureResource {
  const provider = name.split("/", 1)[0] ?? name;
  const found =
    azureResources.find((resource) => isSame(resource.provider, provider)) ??
    azureResources.find((resource) => isSame(resource.product, name));
  const names = azureResources.flatMap((resource) => [resource.provider, resource.product]);
  const otherwise = "Name a provider as Azure spells it, such as Microsoft.Storage.";
  return found ?? unknown("Azure resource", provider, names, otherwise);
}

const shortNames: ReadonlyMap<string, FlowKind> = new Map([
  ["ropc", "password"],
  ["obo", "on-behalf-of"],
  ["service-principal", "client-credentials"],
  ["pkce", "spa-code"],
  ["implicit", "spa-implicit-id-token"],
  ["idp-initiated", "saml-idp-initiated"],
  ["sp-initiated", "saml-sp-initiated"],
]);

function isSame(one: string, other: string): boolean {
  return fold(one) === fold(other);
}

function fold(name: string): string {
  return name.trim().toLowerCase().replaceAll(/\s+/g, " ");
}

function unknown(what: string, name: string, names: readonly string[], otherwise: string): never {
  const near = suggestNames(name, names, otherwise);
  throw new HarnessError("unknown-name", `there is no ${what} "${name}"`, {
    hint: what === "flow" || what === "edition" ? near : `The article does not list it. ${near}`,
  });
}
