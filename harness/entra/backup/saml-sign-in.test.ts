/** SAML by the backup, on the wire, before and in an outage. */
import { describe, expect, it } from "vitest";
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import type { ConditionalAccessPolicy, World } from "../directory/world.ts";
import { readResponse } from "../saml/read-saml-response.ts";
import { verifiedRoot } from "../saml/signature.ts";
import { childrenOf, parseXml } from "../saml/xml.ts";
import { namespaces } from "../saml/saml-names.ts";
import { postedForm } from "./posted-form.ts";
import { startBench } from "../../../test/support/backup-bench.ts";

const HOUR_MS = 3_600_000;
const [tenant] = contoso.tenants;

const appOf = (name: string) => {
  const app = tenant?.apps.find((candidate) => candidate.name === name);
  if (app?.saml === undefined) throw new Error(`${name} is no SAML app`);
  return { clientId: app.clientId, saml: app.saml };
};

function start(world: World = contoso) {
  const bench = startBench(world);
  let cookie = "";
  const send = async (path: string, form?: Record<string, string>) => {
    const sent = form === undefined ? { cookie } : { cookie, form };
    const { status, text, ...answer } = await bench.send(`${tenant?.id}/${path}`, sent);
    cookie = answer.cookie ?? cookie;
    const posted = postedForm(text)?.fields.get("SAMLResponse") ?? "";
    return { status, text, xml: Buffer.from(posted, "base64").toString("utf8") };
  };
  const launch = (app: string, more: Record<string, string> = {}) =>
    send(`saml2/launch?${new URLSearchParams({ appid: appOf(app).clientId, ...more })}`);
  return {
    ...bench,
    launch,
    send,
    async signIn(app: string, who = "adele") {
      const page = await launch(app);
      const ctx = postedForm(page.text)?.fields.get("ctx") ?? "";
      const user = tenant?.users.find(({ upn }) => upn.startsWith(`${who}@`));
      return send("login", { login: user?.upn ?? "", passwd: user?.password ?? "", ctx });
    },
    forget: () => void (cookie = ""),
    revokeAdele: () => bench.directory.revokeSessions(tenant?.users.slice(0, 1) ?? []),
  };
}

const instantsIn = (xml: string, name: string) =>
  [...xml.matchAll(new RegExp(`${name}="([^"]+)"`, "g"))].map(([, value]) => value);

describe("a SAML sign-in that starts at Entra", () => {
  it("is served in an outage: the same person and app, valid from now, in answer to no request", async () => {
    const bench = start();
    const before = await bench.signIn("expenses");
    bench.pass(5 * HOUR_MS);
    bench.fail();
    const { status, xml, text } = await bench.launch("expenses");
    expect(status).toBe(200);
    expect(readResponse(xml)).toEqual(readResponse(before.xml));
    expect(instantsIn(xml, "IssueInstant")).toEqual(Array(2).fill("2026-03-02T13:00:00.000Z"));
    expect(instantsIn(xml, "NotOnOrAfter")).toEqual([
      "2026-03-02T14:00:00.000Z",
      "2026-03-02T14:00:00.000Z",
    ]);
    expect(instantsIn(xml, "AuthnInstant")).toEqual(["2026-03-02T08:00:00.000Z"]);
    expect(instantsIn(xml, "InResponseTo")).toEqual([]);
    expect(instantsIn(xml, " ID")).not.toEqual(instantsIn(before.xml, " ID"));
    expect(postedForm(text)).toMatchObject({ action: appOf("expenses").saml.replyUrls[0] });
    expect(postedForm(text)?.fields.get("RelayState")).toBe(appOf("expenses").saml.relayState);
  });

  it.each(["expenses", "travel"])("is signed for %s as by the primary", async (app) => {
    const bench = start();
    await bench.signIn(app);
    bench.fail();
    const { xml } = await bench.launch(app);
    const root = parseXml(xml);
    const signatures = (element: Element | undefined) =>
      element === undefined ? [] : childrenOf(element, namespaces.signature, "Signature");
    const [assertion] = childrenOf(root, namespaces.assertion, "Assertion");
    expect(signatures(assertion)).toHaveLength(1);
    expect(signatures(root)).toHaveLength(app === "travel" ? 1 : 0);
    const alone = xml.replace(/^.*?(<Assertion )/s, "$1").replace(/<\/samlp:Response>$/, "");
    const { certificate } = appOf(app).saml;
    expect(verifiedRoot(alone, parseXml(alone), [certificate])).toBeDefined();
  });

  it.each<[string, (bench: ReturnType<typeof start>) => void, Record<string, string>]>([
    ["three days are over", (bench) => bench.pass(72 * HOUR_MS + 60_000), {}],
    ["the session was revoked", (bench) => bench.revokeAdele(), {}],
    ["it is another browser", (bench) => bench.forget(), {}],
    ["it names another user", () => undefined, { login_hint: "megan@contoso.example" }],
    ["it is for another app", () => undefined, { appid: appOf("travel").clientId }],
    ["it is for no app", () => undefined, { appid: "" }],
  ])("meets the primary's own failure when %s", async (_, change, more) => {
    const bench = start();
    await bench.signIn("expenses");
    bench.pass(60_000);
    change(bench);
    bench.fail();
    expect(await bench.launch("expenses", more)).toMatchObject({ status: 503, text: "down" });
  });

  it("is served with each app that the browser has a session with", async () => {
    const bench = start();
    await bench.signIn("expenses");
    expect((await bench.launch("travel")).status).toBe(200);
    bench.fail();
    for (const app of ["expenses", "travel"]) {
      const { audience } = readResponse((await bench.launch(app)).xml) ?? {};
      expect(audience).toBe(appOf(app).saml.identifiers[0]);
    }
  });

  it("returns the relay state of the launch address, like the primary", async () => {
    const bench = start();
    await bench.signIn("expenses");
    const well = await bench.launch("expenses", { RelayState: "/reports" });
    bench.fail();
    const { text } = await bench.launch("expenses", { RelayState: "/reports" });
    for (const page of [well.text, text])
      expect(postedForm(page)?.fields.get("RelayState")).toBe("/reports");
  });

  it("is served for three days, to the minute", async () => {
    const bench = start();
    await bench.signIn("expenses");
    bench.pass(72 * HOUR_MS);
    bench.fail();
    expect((await bench.launch("expenses")).status).toBe(200);
  });

  it("refuses guests", async () => {
    const bench = start();
    await bench.signIn("expenses", "frank");
    bench.fail();
    expect((await bench.launch("expenses")).status).toBe(503);
  });

  it("respects a policy whose resilience defaults are disabled", async () => {
    const policy: ConditionalAccessPolicy = {
      name: "Risky sign-ins",
      state: "enabled",
      users: { include: "all", groups: [], roles: [] },
      apps: "all",
      conditions: ["sign-in-risk"],
      controls: ["mfa"],
      resilienceDefaults: "disabled",
    };
    const tenants = contoso.tenants.map((one) => ({ ...one, policies: [policy] }));
    const bench = start({ ...contoso, tenants });
    await bench.signIn("expenses");
    bench.fail();
    expect((await bench.launch("expenses")).status).toBe(503);
  });
});

describe("any other SAML request in an outage", () => {
  it.each([
    [
      "a request by redirect",
      `saml2?SAMLRequest=abc&appid=${appOf("expenses").clientId}`,
      undefined,
    ],
    ["a request by form", "saml2", { SAMLRequest: "abc" }],
    ["a request at the launch address", "saml2/launch", { SAMLRequest: "abc" }],
    ["the form of a sign-in page", "login", { login: "adele@contoso.example", ctx: "e30" }],
  ])("gets the primary's own failure: %s", async (_, path, form) => {
    const bench = start();
    await bench.signIn("expenses");
    bench.fail();
    const withApp = form === undefined ? form : { ...form, appid: appOf("expenses").clientId };
    expect(await bench.send(path, withApp)).toMatchObject({ status: 503, text: "down" });
  });
});
