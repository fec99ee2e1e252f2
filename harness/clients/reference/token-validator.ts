/**
 * `bare-validator`: an API that validates the tokens of its callers, as the guidance on key
 * rollover has it (`docs/sources.md#h`, 2021-03-15). It keeps the published keys for a day, reads
 * them again for a key that it does not know, at most once in five minutes, and goes on with the
 * old ones when it cannot. With one defect it is what rule `key-rollover` must catch. A
 * `bare-fetch` in front of it is its caller: a call gets a token and has it validated.
 */
import { createPublicKey, createVerify, type JsonWebKey } from "node:crypto";
import { decodeObject, parseObject } from "../../core/http/json-object.ts";
import { createRequest } from "../../core/http/message.ts";
import type { ClientContext, ClientUnderTest } from "../client.ts";
import { createBareFetch } from "./bare-fetch.ts";

/** The defects of the faulty validators: `bare-validator-<defect>`. */
export const validatorDefects = [
  /** Reads the keys once and keeps them for ever. */
  "keeps-keys",
  /** Tries only the first of the published keys. */
  "first-key-only",
  /** Reads the keys for each token. */
  "reads-keys-each-time",
] as const;

/** A defect of a faulty validator. */
export type ValidatorDefect = (typeof validatorDefects)[number];

const KEYS_KEPT_MS = 86_400_000;
const READ_AGAIN_AFTER_MS = 300_000;

/** An API refuses a token. */
class InvalidToken extends Error {
  override readonly name = "InvalidToken";
}

/** Creates an API with its caller, with one defect or with none. */
export function createTokenValidator(defect?: ValidatorDefect): ClientUnderTest {
  const caller = createBareFetch();
  return {
    name: defect === undefined ? "bare-validator" : `bare-validator-${defect}`,
    version: "1",
    flows: ["client-credentials"],
    async open(options, context) {
      const instance = await caller.open(options, context);
      const url = `${context.authorityHost}/${options.tenant.id}/discovery/v2.0/keys`;
      const validate = createValidator({ url, context, defect });
      return {
        async acquire(request, signal) {
          const result = await instance.acquire(request, signal);
          await validate(result.accessToken);
          return result;
        },
      };
    },
    describeError: (error) =>
      error instanceof InvalidToken
        ? {
            name: error.name,
            code: "invalid_token",
            message: error.message,
            interactionRequired: false,
          }
        : caller.describeError?.(error),
  };
}

interface PublishedKey extends JsonWebKey {
  readonly kid: string;
}

function createValidator({
  url,
  context: { clock, transport = (request) => fetch(request) },
  defect,
}: {
  readonly url: string;
  readonly context: ClientContext;
  readonly defect: ValidatorDefect | undefined;
}): (token: string) => Promise<void> {
  let keys: readonly PublishedKey[] = [];
  let readAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;

  const read = async (): Promise<void> => {
    triedAt = clock.now();
    const response = await transport(createRequest(url)).catch(() => undefined);
    const body = response?.status === 200 ? parseObject(await response.text()) : undefined;
    // With an unreadable key set the old one stays in use.
    if (!Array.isArray(body?.["keys"])) return;
    keys = body["keys"] as readonly PublishedKey[];
    readAt = clock.now();
  };

  const find = (kid: unknown): PublishedKey | undefined =>
    defect === "first-key-only"
      ? keys.slice(0, 1).find((key) => key.kid === kid)
      : keys.find((key) => key.kid === kid);

  return async (token) => {
    const [header = "", claims = "", signature = ""] = token.split(".");
    const kid = decodeObject(header)?.["kid"];
    const isOld = clock.now() - readAt >= KEYS_KEPT_MS || find(kid) === undefined;
    const mayRead = clock.now() - triedAt >= READ_AGAIN_AFTER_MS;
    const isFirst = triedAt === Number.NEGATIVE_INFINITY;
    const isDue = defect === "keeps-keys" ? isFirst : isOld && mayRead;
    if (isDue || defect === "reads-keys-each-time") await read();
    const key = find(kid);
    if (key === undefined) throw new InvalidToken("no published key has signed the token");
    const isSigned = createVerify("RSA-SHA256")
      .update(`${header}.${claims}`)
      .verify(createPublicKey({ key, format: "jwk" }), signature, "base64url");
    const expiresAt = Number(decodeObject(claims)?.["exp"]) * 1_000;
    if (!isSigned || expiresAt <= clock.now())
      throw new InvalidToken("the signature is wrong or the token has expired");
  };
}
