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
import { judgeHistory, ruleById, verdictOf } from "../rules/rules.ts";
import { runScenario } from "./run.ts";

type Fetch = (url: string) => Promise<Response>;
/** Rejects for a token that the API refuses. */
type Validate = (token: string) => Promise<unknown>;

const url = "https://login.microsoftonline.com/common/discovery/v2.0/keys";

/** As the advice of the rule has it. */
const asAdvised = (fetch: Fetch): Validate => {
  const keys = createRemoteJWKSet(new URL(url), {
    cacheMaxAge: 86_400_000,
    [customFetch]: (address) => fetch(address),
  });
  return (token) => jwtVerify(token, keys);
};

/** As jose has it by default: the keys are kept for ten minutes. */
const byDefault = (fetch: Fetch): Validate => {
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

/** The same token, said to be signed by another key. */
function withUnknownKey(token: string): string {
  const [head = "", ...rest] = token.split(".");
  const header = JSON.parse(Buffer.from(head, "base64url").toString()) as object;
  const forged = JSON.stringify({ ...header, kid: "unknown" });
  return [Buffer.from(forged).toString("base64url"), ...rest].join(".");
}

/** The verdict on an API that validates a caller's token every three minutes for four hours; the keys change after half an hour. */
async function judge(
  create: (fetch: Fetch) => Validate,
  rule: "key-rollover" | "metadata" = "key-rollover",
) {
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
        // Tokens of a key that was never published; rule key-rollover takes a refusal for one of good tokens.
        if (rule === "metadata" && minute % 30 === 6) {
          const forged = operate("orders-api", () => validate(withUnknownKey(accessToken)));
          await forged.catch(() => undefined);
        }
      }
    },
    { asserts: [rule] },
  );
  const client = await loadMsalNode();
  const { history } = await runScenario(inRollover, { client, mount: "msw", seed: "1" });
  const findings = judgeHistory(history).filter((finding) => finding.rule === rule);
  return { verdict: verdictOf(findings), message: findings[0]?.message };
}

describe("an API of one's own in a key rollover", () => {
  it.each(["key-rollover", "metadata"] as const)(
    "passes rule %s with jose's remote key set as the advice has it",
    async (rule) => {
      expect(ruleById("key-rollover").fix).toContain(
        "createRemoteJWKSet(url, { cacheMaxAge: 86_400_000 })",
      );
      expect(await judge(asAdvised, rule)).toMatchObject({ verdict: "pass" });
    },
  );

  it("passes with jose's defaults, too, but reads the keys again every ten minutes", async () => {
    expect(await judge(byDefault)).toMatchObject({ verdict: "pass" });
    const { verdict, message } = await judge(byDefault, "metadata");
    expect(verdict).toBe("fail");
    expect(message).toMatch(/read keys again 1[28]m after the last time/);
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
