/** Which browser and app an observed session belongs to. */
import { expect, it } from "vitest";
import { createRequest, createResponse } from "../../core/http/message.ts";
import { createMemoryStore } from "../../core/state-store.ts";
import { createSessionsByCookie } from "./sessions-by-cookie.ts";

const request = (cookie?: string): Request =>
  createRequest("https://login.microsoftonline.com/", {
    headers: cookie === undefined ? {} : { cookie },
  });
const response = (...cookies: readonly string[]): Response =>
  createResponse("", {
    status: 200,
    headers: cookies.map((cookie) => ["Set-Cookie", cookie] as const),
  });

it("a session belongs to the browser that sent or got its cookie, and to one app", () => {
  const sessions = createSessionsByCookie<string>("sessions", createMemoryStore());
  sessions.set(
    request("x=1; ESTSAUTH=old"),
    response("buid=1; path=/", "ESTSAUTHPERSISTENT=new; path=/; secure", "other=2"),
    "app-1",
    "entry",
  );
  const found = (cookie?: string, app = "app-1") => sessions.of(request(cookie), app);
  for (const cookie of [
    "ESTSAUTH=old",
    "ESTSAUTHPERSISTENT=new",
    "a=b;ESTSAUTH=old",
    "ESTSAUTH=unknown;   ESTSAUTHPERSISTENT=new",
  ])
    expect([cookie, found(cookie)]).toEqual([cookie, "entry"]);
  expect(found("ESTSAUTH=old", "app-2")).toBeUndefined();
});

it("cookies that are none of the sign-in session distinguish no browsers", () => {
  const sessions = createSessionsByCookie<string>("sessions", createMemoryStore());
  sessions.set(
    request("x=1; my-ESTSAUTH=a"),
    response("buid=1", "ESTSAUTH=; path=/"),
    "app",
    "entry",
  );
  for (const cookie of ["x=1", "buid=1", "my-ESTSAUTH=a", "ESTSAUTH=", undefined])
    expect([cookie, sessions.of(request(cookie), "app")]).toEqual([cookie, undefined]);
});
