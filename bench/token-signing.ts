/**
 * The simulator's token endpoint against bare RS256 signing of the same claims: with a
 * fresh signature for each token (aim 0.9), and with equal claims signed once (issue 2).
 *
 *   node bench/token-signing.ts
 */
import { createDirectory } from "../harness/entra/directory/directory.ts";
import { signRs256 } from "../harness/entra/directory/signing-keys.ts";
import { createEsts } from "../harness/entra/token-service/ests.ts";
import type { Handler } from "../harness/core/http/handler.ts";
import { createRequest } from "../harness/core/http/message.ts";
import { createRandom } from "../harness/core/random.ts";
import { contoso } from "../fixtures/worlds/contoso.ts";
import { inTurn } from "./measure.ts";

const REQUESTS = 1_000;
const [tenant] = contoso.tenants;
const app = tenant?.apps.find(({ name }) => name === "nightly-daemon");
const body = new URLSearchParams({
  client_id: app?.clientId ?? "",
  client_secret: app?.secrets[0]?.value ?? "",
  grant_type: "client_credentials",
  scope: "https://graph.microsoft.com/.default",
}).toString();

/** One second passes between two fresh tokens, none between two equal ones. */
function service(remember: "equal-claims" | "nothing", stepMs: number): () => Promise<void> {
  let nowMs = Date.UTC(2026, 2, 2, 8);
  const clock = { now: () => nowMs, sleep: () => Promise.resolve() };
  const directory = createDirectory(contoso, clock);
  const ests: Handler = createEsts({
    directory,
    clock,
    random: createRandom("bench"),
    settings: contoso.settings,
    remember,
  });
  return async () => {
    for (let count = 0; count < REQUESTS; count += 1) {
      nowMs += stepMs;
      const response = await ests(
        createRequest(`https://login.microsoftonline.com/${tenant?.id}/oauth2/v2.0/token`, {
          method: "POST",
          headers: { "content-type": "application/x-www-form-urlencoded" },
          body,
        }),
      );
      if (response.status !== 200) throw new Error(await response.text());
    }
  };
}

const key = createDirectory(contoso, { now: () => 0, sleep: () => Promise.resolve() }).signingKey();
const claims = "e".repeat(900);
const bareSigning = (): Promise<void> => {
  for (let count = 0; count < REQUESTS; count += 1) signRs256(`${count}.${claims}`, key);
  return Promise.resolve();
};

const times = await inTurn(
  { bare: bareSigning, fresh: service("nothing", 1_000), remembered: service("equal-claims", 0) },
  7,
);
const perSecond = (ms: number): string => ((REQUESTS / ms) * 1_000).toFixed(0).padStart(7);
console.log(`bare RS256 signatures            ${perSecond(times.bare)} /s`);
console.log(
  `token requests, signed afresh    ${perSecond(times.fresh)} /s   ratio ${(times.bare / times.fresh).toFixed(2)}  (aim: 0.9)`,
);
console.log(
  `token requests, equal claims     ${perSecond(times.remembered)} /s   ratio ${(times.bare / times.remembered).toFixed(2)}`,
);
