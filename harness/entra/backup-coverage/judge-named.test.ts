import { describe, expect, it } from "vitest";
import { azureResources } from "./azure-resources.ts";
import { galleryApps } from "./gallery-apps.ts";
import {
  editionIds,
  type EditionId,
  editionOf,
  flowKinds,
  newestEdition,
} from "../backup/edition.ts";
import { findApp, findEdition, findFlow, findResource } from "./find-named.ts";
import { judgeApp, judgeFlow, judgeResource } from "./judge-named.ts";

const table = { believe: "table" } as const;
const text = { believe: "text" } as const;

/** The verdict for an application, by its name. */
const app = (
  name: string,
  edition: EditionId = newestEdition,
  believe: "table" | "text" = "table",
) => judgeApp(findApp(name), edition, { believe });

describe("the tables", () => {
  it("contain every row of the article's appendix once", () => {
    const rows = galleryApps.filter((row) => row.table !== undefined);
    const count = (answer: string): number =>
      rows.filter((row) => row.table?.protected === answer).length;
    expect([rows.length, count("yes"), count("idp-initiated"), count("no")]).toEqual([
      55, 9, 6, 40,
    ]);
    expect(azureResources).toHaveLength(81);
    for (const names of [
      galleryApps.map(({ name }) => name.toLowerCase()),
      azureResources.map(({ provider }) => provider.toLowerCase()),
      azureResources.map(({ product }) => product.toLowerCase()),
    ]) {
      expect(new Set(names).size).toBe(names.length);
    }
  });

  it("list what docs/sources.md names: protected applications, and providers that are not", () => {
    const yes = galleryApps.filter((row) => row.table?.protected === "yes");
    expect(yes.map(({ name }) => name)).toEqual([
      "ADP",
      "Apple Internet Accounts",
      "Aqua Mail",
      "Cloud Drive Mapper",
      "Gmail",
      "Polycom - Skype for Business Certified Phone",
      "Samsung Email",
      "Spark",
      "VMware Boxer",
    ]);
    const not = azureResources.filter((row) => !row.protected);
    expect(not.map(({ provider }) => provider.replace("Microsoft.", ""))).toEqual([
      "Cdn",
      "Communication",
      "Databricks",
      "DataLakeStore",
      "Devices",
      "Insights",
      "MixedReality",
      "Search",
      "Security",
      "StreamAnalytics",
      "UsageBilling",
      "VoiceServices",
    ]);
  });

  it.each(galleryApps)("answer for $name in every edition", (row) => {
    const expected = { yes: "protected", "idp-initiated": "partly", no: "not" } as const;
    for (const edition of editionIds) {
      const { verdict, rules, subject } = judgeApp(row, edition, table);
      expect(subject).toBe(row.name);
      const byText = row.text === "native-refresh" ? "protected" : "partly";
      expect(verdict).toBe(row.table === undefined ? byText : expected[row.table.protected]);
      const held = rules.filter(({ holds }) => holds).length;
      const isDisputed = /disagrees/.test(rules[0]?.why ?? "");
      expect(rules[0]?.holds).toBe(verdict !== "not");
      expect(held === rules.length).toBe(verdict === "protected" && !isDisputed);
    }
  });

  it.each(azureResources)("answer for $provider", (row) => {
    const { verdict, rules } = judgeResource(
      findResource(row.provider.toUpperCase()),
      newestEdition,
    );
    expect(verdict).toBe(row.protected ? "protected" : "not");
    expect(rules.map(({ holds }) => holds)).toEqual([row.protected]);
  });
});

describe("a flow by itself", () => {
  it.each(flowKinds)("%s is judged by each edition, with its text", (flow) => {
    for (const edition of editionIds) {
      const { status, says } = editionOf(edition).flows[flow];
      const { verdict, rules } = judgeFlow(flow, edition);
      expect(verdict).toBe(status === "protected" ? "protected" : "not");
      expect(rules[0]?.why).toContain(says);
    }
  });

  it("names the date that was announced for it, which changed nothing", () => {
    const [rule] = judgeFlow("saml-sp-initiated", "2023-06").rules;
    expect(rule?.why).toMatch(/announced for 2024-03; no later text says that it came/);
    expect(judgeFlow("saml-sp-initiated", "2024-05").rules[0]?.why).not.toMatch(/announced/);
  });
});

describe("where the article contradicts itself", () => {
  it("Workday is not protected by the table and partly by the text, and the answer gives both", () => {
    const [byTable, byText] = [app("Workday"), app("Workday", newestEdition, "text")];
    expect([byTable.verdict, byText.verdict]).toEqual(["not", "partly"]);
    expect(byTable.rules).toEqual(byText.rules);
    expect(byTable.rules.map(({ holds }) => holds)).toEqual([false, true, false]);
    expect(byTable.rules[0]?.why).toMatch(/text above the table disagrees/);
  });

  it("ADP is protected by the table, and by the text only where SAML starts at the provider", () => {
    expect(app("ADP").verdict).toBe("protected");
    expect(app("ADP", newestEdition, "text").verdict).toBe("partly");
    expect(app("ADP").rules[0]?.why).toMatch(/text above the table disagrees/);
  });

  it("SAP Concur is partly protected, and the answer gives the rest of its row", () => {
    const { verdict, rules } = app("SAP Concur");
    expect(verdict).toBe("partly");
    expect(rules[0]?.why).toMatch(/row contradicts itself/);
  });

  it("AWS is protected by the text alone", () => {
    expect(app("AWS").verdict).toBe("partly");
    expect(app("AWS").rules[0]?.why).toMatch(/article's text names it/);
  });

  it("applications that it names twice in the same way are not disputed", () => {
    expect(judgeApp(findApp("Gmail"), newestEdition, text).verdict).toBe("protected");
    expect(app("Zscaler").rules.map(({ holds }) => holds)).toEqual([true, false, true]);
    expect(app("Gmail").rules[0]?.why).not.toMatch(/disagree/);
  });

  it("IoT Central is in two rows", () => {
    const [first] = judgeResource(findResource("Microsoft.IoTCentral"), newestEdition).rules;
    expect(first?.why).toMatch(/Microsoft\.Devices names IoT Central/);
  });

  it("the newest table has dropped a row, and the answer says so", () => {
    expect(app("Workplace from Facebook").rules[0]?.why).toMatch(/has no such row/);
    expect(app("Workplace from Facebook", "2025-07").rules[0]?.why).not.toMatch(/no such row/);
  });
});

describe("a name", () => {
  it("is found in any case, by product, with a resource type, and by its short form", () => {
    expect(findApp("sap  concur").name).toBe("SAP Concur");
    expect(findResource("azure storage").provider).toBe("Microsoft.Storage");
    expect(findResource("microsoft.storage/storageAccounts").provider).toBe("Microsoft.Storage");
    expect(findFlow("ROPC")).toBe("password");
    expect(findEdition("2024-05")).toBe("2024-05");
  });

  it.each([
    ["application", () => findApp("Saleforce"), /"Salesforce"/],
    ["application", () => findApp("Zzzz 9000"), /brownout coverage app\.json/],
    ["Azure resource", () => findResource("Microsoft.Storag"), /Microsoft\.Storage/],
    ["flow", () => findFlow("web-cod"), /"web-code"/],
    ["edition", () => findEdition("2024-06"), /2024-05/],
  ])("that is no %s is refused with the nearest name", (what, find, hint) => {
    expect(find).toThrow(
      expect.objectContaining({
        code: "unknown-name",
        message: expect.stringMatching(`there is no ${what} "`),
        hint: expect.stringMatching(hint),
      }),
    );
  });
});
