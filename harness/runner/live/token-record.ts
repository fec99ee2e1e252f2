/**
 * Records which tokens a live simulation has issued, and which others it was shown: those of a
 * client that is older than the simulation.
 */
import type { HistoryEvent } from "../../history/event.ts";
import type { Recorder } from "../../history/recorder.ts";
import { fingerprint } from "../../history/redact.ts";

/** Tokens by fingerprint. */
export interface TokenRecord {
  /** Access and refresh tokens that the service has issued. */
  readonly issued: ReadonlySet<string>;
  /** Tokens that were shown to the service, or returned by the code under test, without having been issued. */
  readonly foreign: ReadonlySet<string>;
  /** Notes a text that the code under test has returned, which may be a token. */
  readonly saw: (text: string) => void;
}

/** Creates the record, which follows all that is recorded from now on. */
export function createTokenRecord({ listen }: Pick<Recorder, "listen">): TokenRecord {
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
