import { describe, expect, it } from "vitest";
import { routingHint } from "./routing-hint.ts";
import { ada, ben, tenant, type Ask } from "./testing-story-wire.ts";
import { story, type Story } from "./testing-story.ts";

const judge = (told: Story) => routingHint.judge(told.history());
const adaOid = ada.split(".")[0] ?? "";

/** One call of Ada's and its request. */
function asks(told: Ask): Story {
  const history = story();
  const { flow, ...wire } = told;
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
  ])("holds for %s", (_, hint) => {
    expect(judge(asks({ hint })).verdict).toBe("pass");
  });

  it("holds for a hint in the form or in the query", () => {
    const value = `Oid:${adaOid}@${tenant}`;
    expect(judge(asks({ hint: "", form: { "X-AnchorMailbox": value } })).verdict).toBe("pass");
    const url = "https://login.microsoftonline.com/common/oauth2/v2.0/token?x=1&X-AnchorMailbox=";
    expect(judge(asks({ hint: "", url: url + value })).verdict).toBe("pass");
    expect(judge(asks({ hint: "", url: url + encodeURIComponent(value) })).verdict).toBe("pass");
  });

  it("is broken by a refresh without a hint", () => {
    expect(judge(asks({ hint: "" }))).toEqual({
      verdict: "fail",
      message: "app-1 sent a refresh_token request without a routing hint.",
      evidence: [1],
    });
    expect(judge(asks({ flow: "refresh-token", hint: "" })).verdict).toBe("fail");
  });

  it.each(["Oid:", adaOid, `Oid:${adaOid}`, "UPN: ada", `Oid:ada@${tenant}`, "UPN:ada @contoso"])(
    "is broken by the malformed hint %j",
    (hint) => {
      expect(judge(asks({ hint }))).toMatchObject({
        verdict: "fail",
        message: expect.stringContaining("malformed routing hint"),
      });
    },
  );

  it("is broken by a hint to another user, or to another tenant's", () => {
    const toBen = `Oid:${ben.replace(".", "@")}`;
    for (const flow of ["silent", "authorization-code", "on-behalf-of"] as const) {
      expect(judge(asks({ flow, hint: toBen }))).toMatchObject({
        verdict: "fail",
        message: expect.stringContaining("to someone else"),
      });
    }
    expect(judge(asks({ hint: `Oid:${adaOid}@${adaOid}` })).verdict).toBe("fail");
  });

  it("learns from the answer whose request it was when no call tells", () => {
    const told = story();
    const hint = `Oid:${ben.replace(".", "@")}`;
    told.exchange({ flow: "silent", anonymous: true, hint, issued: { user: ben } });
    expect(judge(told).verdict).toBe("pass");
    told.exchange({ flow: "silent", anonymous: true, hint, issued: { user: ada } });
    expect(judge(told).verdict).toBe("fail");
  });

  it("saw nothing where no hint is due", () => {
    expect(judge(asks({ flow: "client-credentials" })).verdict).toBe("inconclusive");
    expect(judge(asks({ flow: "authorization-code" })).verdict).toBe("inconclusive");
    const refused = { sent: "connection", networkFault: "ECONNREFUSED" } as const;
    expect(judge(asks(refused)).verdict).toBe("inconclusive");
  });
});
