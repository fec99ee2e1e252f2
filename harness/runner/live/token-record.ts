/**
 * Records which tokens a live simulation has issued, and which others it was shown: those of a
 * client that is older than the simulation. A token is recognised by its value, where it passes:
 * in requests to the simulator, in what the code under test returns and sends to other hosts.
 */
import type { HistoryEvent } from "../../history/event.ts";
import type { Recorder } from "../../history/recorder.ts";
import { fingerprint } from "../../history/redact.ts";

/** Tokens by fingerprint. */
export interface TokenRecord {
  /** Access and refresh tokens that the service has issued, and when they expire, in ms since the Unix epoch; a refresh token does not expire within a test. */
  readonly issued: ReadonlyMap<string, number>;
  /** What was shown to the service, returned or sent elsewhere by the code under test, looks like a token, and was not issued. */
  readonly foreign: ReadonlySet<string>;
  /** Notes the tokens in a text that the code under test has returned or sent. */
  readonly saw: (text: string) => void;
}

/** What may be a token: the characters of a JWT and of an opaque token, in no word of a language. */
const TOKEN_LIKE = /[\w~+/.-]{40,}=*/g;

/** A text may be a page; what is behind this is not looked at. */
const CHARACTERS_MAX = 1_000_000;

/** What may be a token in a text. */
export function tokenLikeIn(text: string): readonly string[] {
  return text.slice(0, CHARACTERS_MAX).match(TOKEN_LIKE) ?? [];
}

/** Creates the record, which follows all that is recorded from now on. */
export function createTokenRecord({ listen }: Pick<Recorder, "listen">): TokenRecord {
  const issued = new Map<string, number>();
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
        if (token !== undefined) issued.set(token.accessToken, token.expiresAt);
        if (refreshToken !== undefined) issued.set(refreshToken, Infinity);
        break;
      }
      default:
    }
  });
  return {
    issued,
    foreign,
    saw(text) {
      for (const token of tokenLikeIn(text)) {
        meet(fingerprint("at", token));
        meet(fingerprint("rt", token));
      }
    },
  };
}
