/**
 * For each excuse of the rules on retries at a machine's identity endpoint, and on the polls of a
 * device, a history that is like it and must fail all the same.
 */
import { buildRun, type BuiltOperation, type RunBuilder } from "./run-builder.ts";
import type { Reply } from "./run-builder-wire.ts";

const imds = {
  endpoint: "managed-identity",
  method: "GET",
  headers: [["metadata", "true"]],
  url: "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01",
} as const;

/** Answers of a machine's endpoint to a call, each so many ms after the one before. */
function asksImds(
  answers: readonly (readonly [afterMs: number, status: number, retryAfter?: number])[],
  {
    run = buildRun(),
    ...request
  }: { run?: RunBuilder; url?: string; headers?: readonly (readonly [string, string])[] } = {},
): RunBuilder {
  const by = run.operation({ flow: "managed-identity" });
  for (const [afterMs, status, retryAfter] of answers) {
    run.after(afterMs);
    run.exchange({
      by,
      ...imds,
      ...request,
      status,
      ...(retryAfter === undefined ? {} : { retryAfter }),
    });
  }
  if (answers.at(-1)?.[1] === 200) by.ok();
  else by.fails();
  return run;
}

/** Five answers with the same pause between them. */
function evenly(pauseMs: number, status: number): (readonly [number, number])[] {
  return [0, 1, 2, 3, 4].map((position) => [position === 0 ? 0 : pauseMs, status]);
}

/** A sign-in whose polls are answered like this, so many seconds after the one before. */
function polled(
  polls: readonly (readonly [afterSeconds: number, reply: Reply])[],
  ends: (operation: BuiltOperation) => void,
): RunBuilder {
  const run = buildRun();
  const operation = run.operation({ flow: "device-code" });
  for (const [seconds, reply] of polls) {
    run.after(seconds * 1_000);
    run.exchange({ by: operation, grant: "device_code", issued: "nothing", ...reply });
  }
  ends(operation);
  return run;
}

/** By rule and excuse. */
export const abusesOfRetryGuidance: Readonly<Record<string, () => RunBuilder>> = {
  "identity-endpoint/first-retry": () =>
    asksImds([
      [0, 500],
      [0, 200],
    ]),
  "identity-endpoint/other-sources": () =>
    asksImds(
      [
        [0, 500],
        [0, 200],
      ],
      { url: "http://127.0.0.1:2579/metadata/identity/oauth2/token" },
    ),
  "identity-endpoint/early-timer": () =>
    asksImds([
      [0, 500],
      [899, 200],
    ]),
  "identity-endpoint/capped": () => asksImds(evenly(29_900, 500)),
  "identity-endpoint/gone": () =>
    asksImds([[0, 410], [10_000, 500], ...evenly(10_000, 500).slice(1), [60_000, 200]]),
  "identity-endpoint/retry-after": () =>
    asksImds([[0, 429, 20], ...evenly(10_000, 429).slice(1), [10_000, 429]]),
  "identity-endpoint/another-call": () => {
    const run = asksImds([[0, 429]]);
    for (let call = 0; call < 5; call += 1) asksImds([[0, 429]], { run });
    return asksImds(
      [
        [0, 429],
        [0, 429],
        [0, 429],
      ],
      { run },
    );
  },
  "identity-endpoint/probe": () =>
    asksImds(
      [
        [0, 400],
        [0, 400],
        [0, 200],
      ],
      { headers: [] },
    ),
  "identity-endpoint/no-longer-gone": () =>
    asksImds([
      [0, 410],
      [10_000, 500],
      [10_000, 410],
    ]),
  "device-code-polling/given-up-otherwise": () =>
    polled(
      [
        [0, { status: 400, error: "authorization_pending" }],
        [5, { status: 429 }],
      ],
      (operation) => operation.fails({ code: "user_cancelled" }),
    ),
  "device-code-polling/code-over": () => {
    const run = buildRun();
    const operation = run.operation({ flow: "device-code" });
    run.exchange({ by: operation, endpoint: "device-code" });
    run.at("00:03:00");
    run.exchange({ by: operation, grant: "device_code", status: 503 });
    run.at("00:15:00");
    operation.fails({ code: "device_code_expired" });
    return run;
  },
  "device-code-polling/whole-seconds": () =>
    polled(
      [
        [0, { status: 400, error: "slow_down" }],
        [8.9, {}],
      ],
      (operation) => operation.ok({ token: "none" }),
    ),
};
