import { describe, expect, it } from "vitest";
import { textOfRequest } from "../core/http/message.ts";
import { createUserAgent, PageError } from "./user-agent.ts";

const person = { username: "adele@contoso.example", password: "p", userCode: "CODE" };
const HOME = "https://login.example/start";
const BACK = "http://localhost:3000/redirect";

/** A site of pages by address; every request is kept as `METHOD url body cookie`. */
function start(pages: Readonly<Record<string, () => Response>>) {
  const seen: string[] = [];
  let asked = 0;
  const agent = createUserAgent({
    browse: async (request) => {
      seen.push(
        [
          request.method,
          request.url,
          await textOfRequest(request),
          request.headers.get("cookie") ?? "",
        ]
          .join(" ")
          .trim(),
      );
      return (pages[request.url] ?? (() => new Response("", { status: 404 })))();
    },
    asked: () => void (asked += 1),
  });
  return { agent, seen, asked: () => asked };
}

const html =
  (body: string, headers: [string, string][] = []) =>
  () =>
    new Response(body, { headers });
const redirect = (to: string) => () =>
  new Response(null, { status: 302, headers: { location: to } });
const form =
  '<form method="post" action="/login"><input name="login" type="text" value=""><input name="passwd" type="password"><input name="ctx" type="hidden" value="a&amp;b"></form>';

describe("the user's browser", () => {
  it("fills in the form, keeps hidden fields, and returns the parameters of the redirect URI", async () => {
    const { agent, seen, asked } = start({
      [HOME]: html(form, [["set-cookie", "s=1; path=/"]]),
      "https://login.example/login": redirect(`${BACK}?code=c&state=s`),
    });
    const answer = await agent.visit(HOME, BACK, person);
    expect(Object.fromEntries(answer ?? [])).toEqual({ code: "c", state: "s" });
    expect(seen[1]).toBe(
      "POST https://login.example/login login=adele%40contoso.example&passwd=p&ctx=a%26b s=1",
    );
    expect(asked()).toBe(1);
  });

  it("prompts no one when the service signs in without a page", async () => {
    const { agent, asked } = start({
      [HOME]: redirect("/next"),
      "https://login.example/next": redirect(`${BACK}#id_token=t`),
    });
    expect((await agent.visit(HOME, BACK, person))?.get("id_token")).toBe("t");
    expect(asked()).toBe(0);
  });

  it("returns the fields of a form that submits itself", async () => {
    const { agent } = start({
      [HOME]: html(`<form action="${BACK}"><input name="code" type="hidden" value="c"></form>`),
    });
    expect((await agent.visit(HOME, BACK, person))?.get("code")).toBe("c");
  });

  it("types the user code where a page asks for it, and stops when no form is left", async () => {
    const { agent, seen } = start({
      [HOME]: html('<form action=""><input name="otc" type="text"></form>'),
    });
    await expect(agent.visit(HOME, undefined, person)).rejects.toThrow("never come to an end");
    expect(seen[1]).toContain("otc=CODE");
    const done = start({ [HOME]: html("<p>You are signed in</p>") });
    expect(await done.agent.visit(HOME, undefined, person)).toBeUndefined();
  });

  it("throws an error for an error page", async () => {
    const { agent } = start({
      [HOME]: () => new Response("<title>Service Unavailable</title>", { status: 503 }),
    });
    const error = await agent.visit(HOME, BACK, person).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PageError);
    expect(String(error)).toContain("503: Service Unavailable");
  });
});
