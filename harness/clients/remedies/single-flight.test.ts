import { expect, it, vi } from "vitest";
import { withSingleFlight } from "./single-flight.ts";

interface Asked {
  readonly scopes: readonly string[];
  readonly claims?: string;
}

function waiting() {
  const answers: PromiseWithResolvers<string>[] = [];
  const source = vi.fn<(request: Asked) => Promise<string>>(() => {
    const answer = Promise.withResolvers<string>();
    answers.push(answer);
    return answer.promise;
  });
  const onAct = vi.fn<(what: string) => void>();
  return { answers, source, onAct, get: withSingleFlight(source, { onAct }) };
}

it("makes one call of several that want the same token, in any order of scopes", async () => {
  const { answers, source, onAct, get } = waiting();
  const all = [
    get({ scopes: ["a", "b"] }),
    get({ scopes: ["b", "a"] }),
    get({ scopes: ["a", "b"] }),
  ];
  answers[0]?.resolve("token");
  expect(await Promise.all(all)).toEqual(["token", "token", "token"]);
  expect(source).toHaveBeenCalledOnce();
  expect(onAct).toHaveBeenCalledTimes(2);
});

it("asks anew when the call has ended, also by an error, which all get", async () => {
  const { answers, source, get } = waiting();
  const both = [get({ scopes: ["a"] }), get({ scopes: ["a"] })];
  answers[0]?.reject(new Error("down"));
  for (const one of both) await expect(one).rejects.toThrow("down");
  const again = get({ scopes: ["a"] });
  answers[1]?.resolve("token");
  expect(await again).toBe("token");
  expect(source).toHaveBeenCalledTimes(2);
});

it("shares nothing between tokens, nor with a call that answers a claims challenge", () => {
  const { source, onAct, get } = waiting();
  void get({ scopes: ["a"] });
  void get({ scopes: ["b"] });
  void get({ scopes: ["a"], claims: "{}" });
  expect(source).toHaveBeenCalledTimes(3);
  expect(onAct).not.toHaveBeenCalled();
});
