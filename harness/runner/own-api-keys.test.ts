/** Real APIs of one's own, which validate tokens by jose, in a key rollover: the good one, and three that keep keys. */
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  type JSONWebKeySet,
  jwtVerify,
} from "jose";
import { describe, expect, it } from "vitest";
import { daemonToken, scenario } from "../../test/support/run.ts";
import { loadMsalNode } from "../clients/msal-node/msal-node.ts";
import { minutes } from "../core/time/duration.ts";
import { judgeHistory, verdictOf } from "../rules/rules.ts";
import { runScenario } from "./run.ts";

type Fetch = (url: string) => Promise<Response>;
/** Rejects for a token that the API refuses. */
type Validate = (token: string) => Promise<unknown>;

const url = "https://login.microsoftonline.com/common/discovery/v2.0/keys";

/** As jose's documentation has it. */
const asDocumented = (fetch: Fetch): Validate => {
  const keys = createRemoteJWKSet(new URL(url), {
    [customFetch]: (address) => fetch(address),
  });
  return (token) => jwtVerify(token, keys);
};

/** Reads the keys once, when it starts. */
const keepsKeys = (fetch: Fetch): Validate => {
  let keys: ReturnType<typeof createLocalJWKSet> | undefined;
  return async (token) => {
    keys ??= createLocalJWKSet((await (await fetch(url)).json()) as JSONWebKeySet);
    return jwtVerify(token, keys);
  };
};

/** Reads the keys every hour, and knows the first of them only. */
const firstKeyOnly = (fetch: Fetch): Validate => {
  let keys: ReturnType<typeof createLocalJWKSet> | undefined;
  let readAt = 0;
  return async (token) => {
    if (keys === undefined || Date.now() - readAt >= minutes(60)) {
      const all = (await (await fetch(url)).json()) as JSONWebKeySet;
      keys = createLocalJWKSet({ keys: all.keys.slice(0, 1) });
      readAt = Date.now();
    }
    return jwtVerify(token, keys);
  };
};

/** Reads the keys for each token. */
const readsEachTime = (fetch: Fetch): Validate => {
  return async (token) =>
    jwtVerify(token, createLocalJWKSet((await (await fetch(url)).json()) as JSONWebKeySet));
};

/** The verdict on an API that validates a caller's token every three minutes for four hours; the keys change after half an hour. */
async function judge(create: (fetch: Fetch) => Validate) {
  const inRollover = scenario(
    async ({ open, operate, clock, world }) => {
      const daemon = await open({ app: "nightly-daemon" });
      const validate = create((address) => globalThis.fetch(address));
      for (let minute = 0; minute <= 240; minute += 3) {
        await clock.until(minutes(minute));
        if (minute === 30) world.rotateKeys();
        if (minute === 90) await daemon.restart();
        const { accessToken } = await daemon.acquire(daemonToken);
        const validated = operate("orders-api", () => validate(accessToken).then(() => undefined));
        await validated.catch(() => undefined);
      }
    },
    { asserts: ["key-rollover"] },
  );
  const client = await loadMsalNode();
  const { history } = await runScenario(inRollover, { client, mount: "msw", seed: "1" });
  const findings = judgeHistory(history).filter(({ rule }) => rule === "key-rollover");
  return { verdict: verdictOf(findings), message: findings[0]?.message };
}

describe("an API of one's own in a key rollover", () => {
  it("passes with jose's remote key set", async () => {
    expect(await judge(asDocumented)).toMatchObject({ verdict: "pass" });
  });

  it.each<[string, (fetch: Fetch) => Validate, RegExp]>([
    ["keeps the keys", keepsKeys, /without having read them again/],
    ["knows the first key only", firstKeyOnly, /had read them since/],
    ["reads the keys for each token", readsEachTime, /as if for each token/],
  ])("fails when it %s", async (_, create, says) => {
    const { verdict, message } = await judge(create);
    expect(verdict).toBe("fail");
    expect(message).toMatch(says);
  });
});
