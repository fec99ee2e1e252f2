/**
 * Chance as a parameter: one seed, forked by label, so that adding a consumer never
 * shifts another's draws. The generator is sfc32 seeded from SHA-256 of seed and path.
 */
import { hash } from "node:crypto";
import * as util from "node:util";

/**
 * A seeded source of chance. It is a parameter everywhere, so that equal seeds give equal runs.
 *
 * @example
 * const random = createRandom("seed 1").fork("retry jitter");
 * const delayMs = random.integer(0, 500);
 */
export interface Random {
  /** An independent generator; the same label always gives the same one. */
  fork(label: string): Random;
  /** True with the given probability, 0 to 1. Zero is never, one is always; neither draws. */
  chance(probability: number): boolean;
  /** A whole number from `min` to `max`, both included. */
  integer(min: number, max: number): number;
  /** A version 4 UUID in lower case. */
  uuid(): string;
  /** `length` characters of the base64url alphabet. */
  token(length: number): string;
}

const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/**
 * Creates the generator of a seed (any text). Equal seeds give equal draws on every machine
 * and in every version.
 *
 * @example
 * createRandom("1").integer(1, 6) === createRandom("1").integer(1, 6); // true
 */
export function createRandom(seed: string): Random {
  const digest = hash("sha256", seed, "buffer");
  let a = digest.readUInt32LE(0);
  let b = digest.readUInt32LE(4);
  let c = digest.readUInt32LE(8);
  let counter = digest.readUInt32LE(12);

  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return sum >>> 0;
  };

  return {
    fork: (label) => createRandom(`${seed}/${label}`),
    chance(probability) {
      if (probability <= 0) return false;
      if (probability >= 1) return true;
      return next() < probability * 0x1_0000_0000;
    },
    integer: (min, max) => min + Math.floor((next() / 0x1_0000_0000) * (max - min + 1)),
    uuid() {
      const hex = hexOf(next()) + hexOf(next()) + hexOf(next()) + hexOf(next());
      const variant = ((Number.parseInt(hex[16] ?? "0", 16) & 0x3) | 0x8).toString(16);
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
    },
    token: (length) => Array.from({ length }, () => BASE64URL[next() & 63]).join(""),
  };
}

/** Eight digits of a 32-bit number. */
function hexOf(value: number): string {
  return (value + 0x1_0000_0000).toString(16).slice(1);
}

/**
 * Lets the process's own `Math.random` draw from `random`, until the returned function is called:
 * libraries add jitter with it. Code in files whose path contains `except` gets real chance and
 * does not shift the draws of others. Default: no exception.
 */
export function seedMathRandom(random: Random, except?: string): () => void {
  const original = Math.random;
  const drawsForItself = (): boolean => {
    if (except === undefined) return false;
    const [, , caller] = util.getCallSites(3);
    return caller?.scriptName.replaceAll("\\", "/").includes(except) ?? false;
  };
  Math.random = () =>
    drawsForItself() ? original() : random.integer(0, 0xffff_fffe) / 0x1_0000_0000;
  return () => {
    Math.random = original;
  };
}
