import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { crashIn } from "./crash.ts";

const PYTHON = `Traceback (most recent call last):
  File "/srv/job.py", line 3, in <module>
    app.acquire_token_for_client(scopes)
  File "/usr/lib/python3/dist-packages/requests/models.py", line 975, in json
    raise RequestsJSONDecodeError(e.msg, e.doc, e.pos)
requests.exceptions.JSONDecodeError: Expecting value: line 1 column 1 (char 0)
`;

describe("the last words of a program that crashed", () => {
  it.each([
    ["Python", PYTHON, "JSONDecodeError", "Expecting value: line 1 column 1 (char 0)"],
    [
      "Python, for the second of two",
      `${PYTHON}\nDuring handling of the above exception, another exception occurred:\n\n${PYTHON.replace("requests.exceptions.JSONDecodeError: Expecting value: line 1 column 1 (char 0)", "KeyError: 'access_token'")}`,
      "KeyError",
      "'access_token'",
    ],
    [
      "Go",
      "panic: runtime error: invalid memory address\n\ngoroutine 1 [running]:\nmain.main()\n\t/srv/main.go:9\nexit status 2\n",
      "panic",
      "runtime error: invalid memory address",
    ],
    [
      "Java",
      'Exception in thread "main" com.microsoft.aad.msal4j.MsalServiceException: Too Many Requests\n\tat Main.main(Main.java:5)\n',
      "MsalServiceException",
      "Too Many Requests",
    ],
    [
      ".NET",
      "Unhandled exception. Microsoft.Identity.Client.MsalServiceException: Service is unavailable\n   at Program.Main()\n",
      "MsalServiceException",
      "Service is unavailable",
    ],
  ])("%s", (_runtime, text, name, message) => {
    expect(crashIn(text, 1)).toEqual({ name, message });
    expect(crashIn(text, 0)).toBeUndefined();
  });

  it("Node, as it prints them here", () => {
    const script = 'JSON.parse("Too Many Requests")';
    const { stderr, status } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8" });
    expect(crashIn(stderr, status ?? 0)).toMatchObject({
      name: "SyntaxError",
      message: expect.stringContaining("Unexpected token 'T'") as string,
    });
  });

  it.each([
    ["that fails in its own words", "nightly: no token: throttled, try again in 60 s\n"],
    [
      "that has logged what it caught",
      `${PYTHON}2026-03-02 08:00:00 ERROR no token, giving up until tomorrow\n`,
    ],
    ["that is a test runner", `${PYTHON}\n------\nRan 1 test in 0.1s\n\nFAILED (errors=1)\n`],
    ["that prints nothing", ""],
  ])("are none of one %s", (_what, text) => {
    expect(crashIn(text, 1)).toBeUndefined();
  });
});
