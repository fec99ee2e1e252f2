import { describe, expect, it } from "vitest";
import { routingHint } from "./routing-hint.ts";
import { ada, ben, tenant, type Ask, type Reply } from "../../test/support/run-builder-wire.ts";
import { buildRun, type RunBuilder } from "../../test/support/run-builder.ts";

const judge = (run: RunBuilder) => routingHint.judge(run.history());
const adaOid = ada.split(".")[0] ?? "";
const toAda = `Oid:${ada.replace(".", "@")}`;
const TOKEN = "https://login.microsoftonline.com/common/oauth2/v2.0/token";
const AUTHORIZE = "https://login.microsoftonline.com/common/oauth2/v2.0/authorize";

/** One call of Ada's and its request. */
function asks(run: Ask & Reply): RunBuilder {
  const history = buildRun();
  const { flow, ...wire } = run;
  const call = history.operation(flow === undefined ? {} : { flow });
  history.exchange({ ...wire, by: call });
  call.ok();
  return history;
}

describe("routing-hint", () => {
  it.each([
    ["an object id", `Oid:${adaOid}@${tenant}`],
    ["any case and spaces around", ` OID: ${adaOid.toUpperCase()}@${tenant} `],
    ["a UPN after a space", "UPN: ada@contoso.example"],
    ["quotes around it", ` "Oid:${adaOid}@${tenant}" `],
  ])("passes for %s", (_, hint) => {
    expect(judge(asks({ hint })).verdict).toBe("pass");
  });

  it("fails for a refresh without a hint", () => {
    expect(judge(asks({ hint: "" }))).toEqual({
      verdict: "fail",
      message: "app-1 sent a token request (refresh_token) without a routing hint.",
      evidence: [1],
    });
    expect(judge(asks({ flow: "refresh-token", hint: "" })).verdict).toBe("fail");
  });

  it("does not judge refreshes at an endpoint that is none of Entra's", () => {
    expect(judge(asks({ hint: "", endpoint: "other", grant: "refresh_token" })).verdict).toBe(
      "inconclusive",
    );
  });

  it.each([
    "Oid:",
    adaOid,
    `Oid:${adaOid}`,
    "UPN: ada",
    `Oid:ada@${tenant}`,
    "UPN:ada @contoso",
    "to UPN:ada@contoso.example",
    "UPN:ada@contoso.example and others",
    `to "Oid:${adaOid}@${tenant}"`,
    `"Oid:${adaOid}@${tenant}" and others`,
  ])("fails for the malformed hint %j", (hint) => {
    expect(judge(asks({ hint }))).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining("malformed routing hint"),
    });
  });

  describe.each<[string, (hint: string) => Ask]>([
    ["in the header", (hint) => ({ hint })],
    ["in the form", (hint) => ({ hint: "", form: { "X-AnchorMailbox": hint } })],
    ["in the form, in small letters", (hint) => ({ hint: "", form: { "x-anchormailbox": hint } })],
    ["in the query", (hint) => ({ hint: "", url: `${TOKEN}?X-AnchorMailbox=${hint}` })],
    [
      "in the query, encoded, in capitals",
      (hint) => ({ hint: "", url: `${TOKEN}?x=1&X-ANCHORMAILBOX=${encodeURIComponent(hint)}#y` }),
    ],
    [
      "in the form, beside a good one in the header",
      (hint) => ({ hint: toAda, form: { "X-AnchorMailbox": hint } }),
    ],
    [
      "in the query, beside a good one in the header",
      (hint) => ({ hint: toAda, url: `${TOKEN}?X-AnchorMailbox=${encodeURIComponent(hint)}` }),
    ],
  ])("%s", (_, placed) => {
    it.each([
      toAda,
      toAda.toUpperCase(),
      `oid: ${toAda.slice(4)}`,
      `"${toAda}"`,
      "UPN:ada@contoso.example",
      "UPN: ada@contoso.example",
      "upn:ADA@contoso.example",
      '"UPN: ada@contoso.example"',
    ])("%j is well-formed", (hint) => {
      expect(judge(asks(placed(hint))).verdict).toBe("pass");
    });

    it.each(["Oid:", "UPN:", "ada@contoso.example", `"${toAda}`, `Oid:${adaOid}@contoso`])(
      "%j is malformed",
      (hint) => {
        expect(judge(asks(placed(hint)))).toMatchObject({
          verdict: "fail",
          message: expect.stringContaining("malformed"),
          evidence: [1],
        });
      },
    );

    it.each([`Oid:${ben.replace(".", "@")}`, "UPN: ben@contoso.example"])(
      "%j names another user",
      (hint) => {
        const run = buildRun();
        const signIn = run.operation({ flow: "authorization-code", user: ben });
        const url = `${AUTHORIZE}?login_hint=ben%40contoso.example`;
        run.exchange({ by: signIn, user: ben, endpoint: "authorize", url });
        signIn.ok();
        const call = run.operation({});
        run.exchange({ ...placed(hint), by: call });
        call.ok();
        expect(judge(run)).toMatchObject({
          verdict: "fail",
          message: expect.stringContaining("that names another user"),
        });
      },
    );
  });

  it("fails for a hint that differs from the user name in the same request", () => {
    const signsIn = (name: string): string =>
      judge(
        asks({
          flow: "authorization-code",
          hint: "",
          endpoint: "authorize",
          url: `${AUTHORIZE}?login_hint=${name}&X-AnchorMailbox=UPN:ada@contoso.example`,
        }),
      ).verdict;
    expect(signsIn("ada@contoso.example")).toBe("pass");
    expect(signsIn("ben@contoso.example")).toBe("fail");
  });

  it("fails for a hint that names another user, or a user of another tenant", () => {
    const toBen = `Oid:${ben.replace(".", "@")}`;
    for (const flow of ["silent", "authorization-code", "on-behalf-of"] as const) {
      expect(judge(asks({ flow, hint: toBen }))).toMatchObject({
        verdict: "fail",
        message: expect.stringContaining("that names another user"),
      });
    }
    expect(judge(asks({ hint: `Oid:${adaOid}@${adaOid}` })).verdict).toBe("fail");
  });

  it("takes the user from the answer when the call does not name one", () => {
    const run = buildRun();
    const hint = `Oid:${ben.replace(".", "@")}`;
    run.exchange({ flow: "silent", anonymous: true, hint, issued: { user: ben } });
    expect(judge(run).verdict).toBe("pass");
    run.exchange({ flow: "silent", anonymous: true, hint, issued: { user: ada } });
    expect(judge(run).verdict).toBe("fail");
  });

  it.each([
    "client-credentials",
    "device-code",
    "managed-identity",
    "authorization-code",
    "password",
  ] as const)("is inconclusive for a flow without a required hint: %s", (flow) => {
    expect(judge(asks({ flow, hint: "" })).verdict).toBe("inconclusive");
  });

  it("is inconclusive for a failed connection", () => {
    const refused = { sent: "connection", networkFault: "ECONNREFUSED" } as const;
    expect(judge(asks(refused)).verdict).toBe("inconclusive");
  });

  /** `docs/sources.md#k4`: a browser never sends it as a header, which would cause a preflight. */
  describe("in a browser", () => {
    const origin = { headers: [["origin", "https://spa.contoso.example"]], hint: "" } as const;
    const code = { flow: "popup", grant: "authorization_code" } as const;
    const authorize = (query: string): Ask => ({
      ...origin,
      flow: "sso-silent",
      endpoint: "authorize",
      url: `${AUTHORIZE}?client_id=x&${query}`,
    });
    const toBen = `Oid:${ben.replace(".", "@")}`;

    it.each<[string, Ask, "pass" | "inconclusive"]>([
      [
        "authorize by login hint",
        authorize("login_hint=ada%40contoso.example&X-AnchorMailbox=UPN%3Aada%40contoso.example"),
        "pass",
      ],
      ["authorize by account", authorize(`X-AnchorMailbox=${encodeURIComponent(toAda)}`), "pass"],
      ["a first popup", { ...origin, flow: "popup", endpoint: "authorize" }, "inconclusive"],
      ["a code", { ...origin, ...code, form: { "X-AnchorMailbox": toAda } }, "pass"],
      ["a code without a user yet", { ...origin, ...code }, "inconclusive"],
      [
        "a refresh token",
        { ...origin, flow: "silent", form: { "X-AnchorMailbox": toAda } },
        "pass",
      ],
    ])("is well-formed with %s", (_, ask, verdict) => {
      expect(judge(asks(ask)).verdict).toBe(verdict);
    });

    it.each<[string, Ask]>([
      ["authorize", authorize(`X-AnchorMailbox=${encodeURIComponent(toBen)}`)],
      ["a code", { ...origin, ...code, form: { "X-AnchorMailbox": toBen } }],
      ["a refresh token", { ...origin, flow: "silent", form: { "X-AnchorMailbox": toBen } }],
      ["a refresh token without a user", { ...origin, flow: "silent" }],
    ])("is caught with %s", (_, ask) => {
      expect(judge(asks(ask)).verdict).toBe("fail");
    });

    it("does not judge preflights, which carry no hint", () => {
      const run = asks({ ...origin, flow: "silent", method: "OPTIONS", issued: "nothing" });
      expect(judge(run).verdict).toBe("inconclusive");
    });
  });
});
