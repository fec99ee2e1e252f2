/** What tests of remedies share: a clock that moves by hand, and a service that answers as it is asked to. */
import type { Send } from "../../harness/clients/remedies/held-back.ts";
import type { RemedyClock } from "../../harness/clients/remedies/remedy-clock.ts";

/** A clock that stands still until it is moved. */
export interface HandClock extends RemedyClock {
  /** Moves on, and wakes on the way who sleeps until then, in order. */
  pass(ms: number): Promise<void>;
  /** How many sleep. */
  readonly sleeping: number;
}

/** A clock that shows `startMs`. */
export function handClock(startMs = 0): HandClock {
  let nowMs = startMs;
  const sleepers = new Set<{ readonly at: number; readonly wake: () => void }>();
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    now: () => nowMs,
    get sleeping() {
      return sleepers.size;
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const sleeper = { at: nowMs + ms, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", () => {
          sleepers.delete(sleeper);
          reject(signal.reason as Error);
        });
      }),
    async pass(ms) {
      const until = nowMs + ms;
      await settle();
      for (;;) {
        const [next] = [...sleepers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
        if (next === undefined) break;
        sleepers.delete(next);
        nowMs = Math.max(nowMs, next.at);
        next.wake();
        await settle();
      }
      nowMs = until;
      await settle();
    },
  };
}

/** A token as MSAL returns it. */
export function tokenUntil(expiresMs: number, accessToken = `at-${expiresMs}`) {
  return { accessToken, expiresOn: new Date(expiresMs) };
}

/** An error as MSAL throws it. */
export function errorWith(errorCode: string): Error {
  return Object.assign(new Error(errorCode), { errorCode });
}

/** A service behind `fetch`: each answer in turn, the last one for ever; an `Error` is a broken connection. */
export function serviceThatAnswers(...answers: readonly (Response | Error)[]): {
  readonly send: Send;
  readonly asked: Request[];
} {
  const asked: Request[] = [];
  return {
    asked,
    send(request) {
      const answer = answers[Math.min(asked.length, answers.length - 1)];
      asked.push(request);
      return answer instanceof Response ? Promise.resolve(answer.clone()) : Promise.reject(answer);
    },
  };
}

/** A token request of an app, or of a user by refresh token. */
export function tokenRequest(
  fields: Readonly<Record<string, string>> = {},
  tenant = "contoso",
): Request {
  const form = { client_id: "app", grant_type: "client_credentials", scope: "api://a/.default" };
  return new Request(`https://login.microsoftonline.com/${tenant}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({ ...form, ...fields }),
  });
}
