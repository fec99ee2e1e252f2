import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { failureOf, type OperateOptions, textsIn, tokenIn, tokenResultIn } from "./call-result.ts";

/** The code of the failure that a result stands for, or `ok`. */
async function read<T>(result: T, options: OperateOptions<T> = {}): Promise<string> {
  return (await failureOf(result, options, () => undefined))?.code ?? "ok";
}

/** An object whose fields throw when they are read. */
const hostile = new Proxy(
  {},
  {
    get: () => {
      throw new Error("not now");
    },
  },
);

const unavailable = (): Response => new Response("", { status: 503 });

/** An answer of Playwright: its fields are functions. */
const playwright = (status: number) => ({ status: () => status, headers: () => ({}) });

function rejecting(): Promise<never> {
  const promise = Promise.reject(new RangeError());
  promise.catch(() => undefined);
  return promise;
}

function cyclic(value: object): object {
  return Object.assign(value, { self: value, list: [value] });
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

describe("a result that stands for a failure", () => {
  it.each([
    ["a Response", new Response("", { status: 503 }), "http_503"],
    ["a Response that is refused", new Response("", { status: 401 }), "http_401"],
    ["a missing page", new Response("", { status: 404 }), "http_404"],
    ["Response.error()", Response.error(), "Error"],
    ["an answer of supertest or axios", { status: 500, headers: {}, data: "" }, "http_500"],
    ["an answer of Node, got or undici", { statusCode: 502, headers: {} }, "http_502"],
    ["an answer of an Azure Function", { status: 500, jsonBody: {} }, "http_500"],
    ["an answer of Playwright", { status: () => 503 }, "http_503"],
    ["a returned error", new TypeError("no json"), "TypeError"],
    ["one bad answer of several", [{ status: 200 }, { status: 429 }], "http_429"],
    ["a settled rejection", [{ status: "rejected", reason: new RangeError() }], "RangeError"],
    ["a settled answer", [{ status: "fulfilled", value: unavailable() }], "http_503"],
    ["an answer in an object", { response: unavailable() }, "http_503"],
    ["an answer two objects deep", { orders: { response: unavailable() } }, "http_503"],
    [
      "an answer of axios in an object",
      { res: { status: 500, headers: {}, data: "" } },
      "http_500",
    ],
    ["an answer of undici in an object", { res: { statusCode: 502, headers: {} } }, "http_502"],
    ["an answer of Playwright in an object", { page: playwright(503) }, "http_503"],
    ["lists in lists", [[{ orders: [[unavailable()]] }]], "http_503"],
    ["an answer in a Map", new Map([["orders", unavailable()]]), "http_503"],
    [
      "settled answers in an object",
      { all: [{ status: "fulfilled", value: unavailable() }] },
      "http_503",
    ],
    [
      "data and error, settled",
      [{ status: "fulfilled", value: { error: "down" } }],
      "unsuccessful",
    ],
    ["no success, settled", [{ status: "fulfilled", value: { success: false } }], "unsuccessful"],
    ["an error of GraphQL in a list", [{ errors: [{ message: "down" }] }], "unsuccessful"],
    ["an error in an object", { orders: new TypeError("no json") }, "TypeError"],
    ["an AggregateError", new AggregateError([new Error("one")]), "AggregateError"],
    ["data and error", { data: null, error: { code: "PGRST301", message: "expired" } }, "PGRST301"],
    ["an error as a text", { error: "invalid grant" }, "unsuccessful"],
    ["an error that is an Error", { error: new RangeError() }, "RangeError"],
    ["not ok", { ok: false, reason: "down" }, "unsuccessful"],
    ["no success", { success: false }, "unsuccessful"],
    ["headers of HTTP/2", { ":status": 503, "retry-after": "5" }, "http_503"],
    ["headers of HTTP/2 in an object", { orders: { ":status": 502 } }, "http_502"],
    ["a status code as a text", { statusCode: "503", body: "" }, "http_503"],
    ["no success of a query", { isSuccess: false, data: undefined }, "unsuccessful"],
    ["an error of a query", { isError: true, data: undefined }, "unsuccessful"],
    ["the left of an Either", { _tag: "Left", left: "down" }, "unsuccessful"],
    ["an Exit that failed", { _tag: "Failure", cause: {} }, "unsuccessful"],
    ["an error of JSON:API", { errors: [{ code: "down", detail: "try later" }], meta: {} }, "down"],
    ["an error of JSON:API with a title", { errors: [{ title: "down" }] }, "unsuccessful"],
    ["an error of GraphQL", { data: null, errors: [{ message: "down" }] }, "unsuccessful"],
    [
      "an error of GraphQL in a good answer",
      { status: 200, headers: {}, data: { data: null, errors: [{ message: "down" }] } },
      "unsuccessful",
    ],
    [
      "an answer of Azure's REST clients",
      { status: "503", headers: {}, body: { error: { code: "x", message: "down" } }, request: {} },
      "http_503",
    ],
    [
      "one of the answers to a batch of Microsoft Graph",
      { responses: [{ id: "1", status: 429, body: { error: { code: "TooManyRequests" } } }] },
      "http_429",
    ],
    [
      "a program that failed, by spawnSync",
      spawnSync(process.execPath, ["-e", "process.exit(3)"]),
      "exit_3",
    ],
    ["a program that is not there", spawnSync(`${process.execPath}-that-is-not-there`), "ENOENT"],
    [
      "a program that a signal ended",
      { status: null, signal: "SIGTERM", output: [null, "", ""], stdout: "", stderr: "" },
      "SIGTERM",
    ],
    [
      "a program that failed, by execa",
      { exitCode: 2, failed: true, stdout: "", stderr: "" },
      "exit_2",
    ],
    [
      "a program that failed, by zx",
      { exitCode: 1, signal: null, stdout: "", stderr: "no" },
      "exit_1",
    ],
    [
      "a program that could not be started, by execa",
      { exitCode: undefined, failed: true, stdout: undefined, stderr: undefined },
      "unsuccessful",
    ],
    ["one of several programs", [{ exitCode: 3, stdout: "", stderr: "" }], "exit_3"],
    ["an error of JSend", { status: "error", message: "no database" }, "unsuccessful"],
    ["a failure of JSend", { status: "fail", data: { title: "is missing" } }, "unsuccessful"],
    ["a list of promises, one of which rejects", [Promise.resolve(1), rejecting()], "RangeError"],
    [
      "a list of promises, one of which resolves to a failure",
      new Set([Promise.resolve(unavailable())]),
      "http_503",
    ],
    [
      "a failure in an object that contains itself",
      cyclic({ response: unavailable() }),
      "http_503",
    ],
  ])("is %s", async (_what, result, code) => {
    expect(await read(result)).toBe(code);
  });

  it.each([
    ["a good Response", new Response("", { status: 201 })],
    ["a redirect", { status: 302, headers: {} }],
    ["nothing", undefined],
    ["null", null],
    ["a text", "500"],
    ["a number", 500],
    ["a status that is not of HTTP", { status: 7 }],
    ["a status in words", { status: "active" }],
    ["an array without a failure", [{ status: 200 }, "x"]],
    ["an object without a prototype", Object.create(null) as object],
    ["fields that throw", hostile],
    ["fields that throw in an object", { one: hostile, list: [hostile] }],
    ["a proxy that was revoked", { one: revoked() }],
    ["an object that contains itself", cyclic({})],
    ["a good answer in an object", { response: new Response("", { status: 200 }) }],
    ["a status without headers in an object", { job: { status: 503 } }],
    ["an answer three objects deep", { a: { b: { c: unavailable() } } }],
    ["what a good answer went through", { status: 200, redirects: [{ status: 500, headers: {} }] }],
    ["no error beside the data", { data: [], error: null, errors: [] }],
    ["a list of jobs of which one failed", [{ id: 1, status: "failed", error: "boom" }]],
    ["a list of attempts without success", [{ success: false }, { ok: false }]],
    ["jobs in a Map", new Map([["nightly", { error: "boom" }]])],
    [
      "jobs in a settled list",
      [{ status: "fulfilled", value: [{ error: "boom" }, { success: false }] }],
    ],
    ["a form with an error for each field", { form: "x", errors: [{ message: "too short" }] }],
    ["a report in an object", { report: { id: 1, errors: [{ message: "line 7" }] } }],
    ["messages of a form", { errors: ["too short"], value: "" }],
    ["a program that succeeded", spawnSync(process.execPath, ["-e", "0"])],
    ["a program that succeeded, by execa", { exitCode: 0, failed: false, stdout: "", stderr: "" }],
    ["an exit code beside other things", { exitCode: 3, name: "nightly" }],
    ["a job with a status in words", { id: 1, status: "error", message: "no orders" }],
    ["a result in words", { status: "success", data: [] }],
    ["a list of promises that resolve", [Promise.resolve({ status: 200 })]],
    ["a promise beside other things", { closed: new Promise(() => undefined) }],
    ["ok and success", { ok: true, success: true }],
    ["the right of an Either", { _tag: "Right", right: 1 }],
    ["a query that succeeded", { isSuccess: true, isError: false }],
    ["queries in a list", [{ isError: true }, { _tag: "Left" }]],
    ["good headers of HTTP/2", { ":status": 200 }],
    ["a status code that is not of HTTP", { statusCode: "new" }],
    ["a status as a text", { status: "503" }],
    ["a form with a title for each error", { form: "x", errors: [{ title: "too short" }] }],
    ["no errors of JSON:API", { errors: [], meta: {} }],
  ])("is not %s", async (_what, result) => {
    expect(await read(result)).toBe("ok");
  });

  it("waits for the promises in a list, also when one has rejected", async () => {
    const slow = Promise.withResolvers<string>();
    let isRead = false;
    const reading = read([rejecting(), slow.promise]).then((code) => {
      isRead = true;
      return code;
    });
    await new Promise((resolve) => void setImmediate(resolve));
    expect(isRead).toBe(false);
    slow.resolve("late");
    expect(await reading).toBe("RangeError");
  });

  it.each([
    ["an async generator", (async function* () {})()],
    [
      "pages of a list of Azure",
      { next: () => undefined, byPage: () => undefined, [Symbol.asyncIterator]() {} },
    ],
  ])("is not known of %s, which asks for nothing until it is read", async (_, result) => {
    await expect(read<unknown>(result)).rejects.toMatchObject({
      code: "bad-usage",
      message: "the call resolved to an async iterator, which asks for nothing until it is read",
    });
    expect(await read<unknown>(result, { succeeds: () => true })).toBe("ok");
  });

  it("calls no getter and no method inside of a result that is no answer", async () => {
    let calls = 0;
    const count = () => (calls += 1);
    const value = {
      get response() {
        count();
        return unavailable();
      },
      job: { status: count },
    };
    expect(await read(value)).toBe("ok");
    expect(calls).toBe(0);
  });

  it("is looked for in a thousand values", async () => {
    const many = Array.from({ length: 2_000 }, () => ({ status: 200 }));
    expect(await read([...many.slice(0, 900), { status: 503 }])).toBe("http_503");
    expect(await read(many)).toBe("ok");
  });

  it("is what succeeds() says, also when it takes time", async () => {
    const refused = new Response('{"error":"down"}', { status: 401 });
    expect(await read(refused, { succeeds: ({ status }) => status === 401 })).toBe("ok");
    const succeeds = async (one: Response): Promise<boolean> =>
      !(await one.clone().text()).includes("down");
    expect(await read(refused, { succeeds })).toBe("unsuccessful");
  });

  it("needs a plain answer from succeeds()", async () => {
    const forgotten = { succeeds: () => undefined } as unknown as OperateOptions;
    await expect(read({ status: 200 }, forgotten)).rejects.toThrow(
      "expected true or false, got undefined",
    );
    const thrown = {
      succeeds: () => {
        throw new Error("a failed assertion");
      },
    };
    await expect(read({ status: 200 }, thrown)).rejects.toThrow("a failed assertion");
  });
});

describe("the texts in a result", () => {
  it("are found in lists, sets, maps and objects, also in ones that contain themselves", () => {
    const result = cyclic({ a: ["one"], b: new Set(["two"]), c: new Map([[1, { d: "three" }]]) });
    expect([...textsIn(result)].sort()).toEqual(["one", "three", "two"]);
  });

  it("are not looked for in bytes", () => {
    const bytes = [
      Buffer.from("x"),
      new Uint8Array(2),
      new ArrayBuffer(2),
      new DataView(new ArrayBuffer(2)),
    ];
    for (const one of bytes) Object.assign(one, { note: "a text" });
    expect([...textsIn({ bytes })]).toEqual([]);
  });

  it("take bounded work in a list, however long it is", () => {
    let reads = 0;
    const long = new Proxy(
      Array.from({ length: 50_000 }, () => "text"),
      {
        get: (list, name) => ((reads += 1), Reflect.get(list, name) as unknown),
        getOwnPropertyDescriptor: (list, name) => (
          (reads += 1),
          Reflect.getOwnPropertyDescriptor(list, name)
        ),
      },
    );
    expect([...textsIn(long)].length).toBeGreaterThan(1_000);
    expect(reads).toBeLessThan(5_000);
  });
});

describe("the token in a result", () => {
  it.each([
    ["a text", "abc"],
    ["an authorization header", "Bearer abc"],
    ["MSAL", { accessToken: "abc", idToken: "id" }],
    ["openid-client", { access_token: "abc", id_token: "id" }],
    ["@azure/identity", { token: "abc", expiresOnTimestamp: 1 }],
    ["a code exchange", { tokens: { access_token: "abc" } }],
    ["supertest", { status: 200, body: { accessToken: "abc" } }],
    ["axios", { status: 200, data: { token: "abc" } }],
    ["an id token alone", { accessToken: "", idToken: "abc" }],
  ])("is found in that of %s", (_library, result) => {
    expect(tokenIn(result)).toBe("abc");
  });

  it.each([[undefined], [null], [{}], [{ token: 7 }], [hostile], [new Response("")]])(
    "is not there in %#",
    (result) => {
      expect(tokenResultIn(result)).toBeUndefined();
    },
  );

  it("comes with what the client says about it", () => {
    expect(tokenResultIn({ accessToken: "abc", fromCache: true, expiresAt: new Date() })).toEqual({
      accessToken: "abc",
      fromCache: true,
    });
  });
});
