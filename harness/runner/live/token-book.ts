/**
 * Which tokens a session has given out, and which ones it has met that are not among them:
 * those of a client that is older than the session.
 */
import type { HistoryEvent } from "../../history/event.ts";
import type { Recorder } from "../../history/recorder.ts";
import { fingerprint } from "../../history/redact.ts";

/** Tokens by fingerprint. */
export interface TokenBook {
  /** Access and refresh tokens that the service has given out. */
  readonly issued: ReadonlySet<string>;
  /** Those that were shown to it, or came of the code under test, before it gave them out. */
  readonly foreign: ReadonlySet<string>;
  /** The code under test has returned this text, which may be a token. */
  readonly saw: (text: string) => void;
}

/** A book with nothing in it, of all that is recorded from now on. */
export function createTokenBook({ listen }: Pick<Recorder, "listen">): TokenBook {
  const issued = new Set<string>();
  const foreign = new Set<string>();
  const meet = (token: string | undefined): void => {
    if (token !== undefined && !issued.has(token)) foreign.add(token);
  };
  listen((event: HistoryEvent) => {
    switch (event.kind) {
      case "exchange-began":
        meet(event.form?.["refresh_token"]);
        break;
      case "token-presented":
        meet(event.accessToken);
        break;
      case "exchange-ended": {
        const { token, refreshToken } = event.issued ?? {};
        for (const one of [token?.accessToken, refreshToken])
          if (one !== undefined) issued.add(one);
        break;
      }
      default:
    }
  });
  return { issued, foreign, saw: (text) => meet(fingerprint("at", text)) };
}
