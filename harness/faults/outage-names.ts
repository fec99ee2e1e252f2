/** The outages that tests can name, with a description of each. The plans are in `presets.ts`. */

/** What happens in each outage, by its name, which is also the id of its faults in a history. */
export const outageNames = {
  outage: "nothing gets past the gateway: an HTML 503 on every endpoint",
  unreachable: "every login host refuses connections",
  "name-lookup-down": "the names of the login hosts do not resolve",
  "primary-down":
    "the primary fails behind the gateway; the backup, if there is one, serves what it covers",
  "token-server-error": "the token endpoint answers 503 with AADSTS90033",
  throttled: "the token endpoint answers 429 with Retry-After",
  "partial-outage": "a share of sign-in and token requests fails",
  hang: "the token endpoint accepts requests and does not answer",
  "custom-answer": "an endpoint answers with a status, headers and a body of your choice",
  "answer-lost": "the service acts on token requests, and its answers are lost",
  "second-factor-down": "the second step of a sign-in fails, and nothing else",
  "discovery-down": "the metadata endpoints answer 500",
  "keys-withdrawn": "the signing key is missing from the published key set",
  "key-replicas-disagree": "a share of the reads of the key set lacks the signing key",
  "identity-endpoint-updating": "the identity endpoint of a machine answers 410",
  "identity-endpoint-throttled": "the identity endpoint of a machine answers 429",
  "identity-endpoint-down": "the identity endpoint of a machine answers 500",
  "overloaded-on-return":
    "after an outage the service has a limited capacity, and collapses under a higher load",
  "traffic-ramped-up": "the gateway lets traffic back gradually",
  offline: "the client's device has no network; navigator.onLine is false in pages",
  "clock-wrong": "the clock of the client's device is ahead or behind",
  "cache-store-down": "the store of the client's tokens fails",
  "cache-store-slow": "the store of the client's tokens answers late",
  "cache-store-full": "the store of the client's tokens is full",
} as const;

/** The name of an outage. */
export type OutageName = keyof typeof outageNames;
