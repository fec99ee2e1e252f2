/** Work in the thread pool, of native add-ons and of V8's own threads. */
import crypto from "node:crypto";
import dns from "node:dns";
import { promises as fs, stat } from "node:fs";
import { createReadStream, createWriteStream, openAsBlob } from "node:fs";
import { devNull } from "node:os";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import zlib from "node:zlib";
import { parseAstAsync } from "rolldown/parseAst";
import { after, callback, pause, type Rows, work } from "./row.ts";

/** Promisified before the clock is installed. */
const earlyPbkdf2 = promisify(crypto.pbkdf2);
const BIG = fileURLToPath(
  new URL("../../../node_modules/typescript/package.json", import.meta.url),
);
const ROUNDS = 200_000;

const rsa = (): crypto.KeyPairKeyObjectResult =>
  crypto.generateKeyPairSync("rsa", { modulusLength: 2_048 });

const cryptoRows: Rows = {
  "crypto.pbkdf2": work(
    () => callback((done) => crypto.pbkdf2("p", "s", ROUNDS, 32, "sha256", done)),
    { covers: ["PBKDF2REQUEST"] },
  ),
  "crypto.pbkdf2, promisified before": work(() => earlyPbkdf2("p", "s", ROUNDS, 32, "sha256")),
  "crypto.scrypt": work(
    () => callback((done) => crypto.scrypt("p", "s", 64, { N: 32_768, maxmem: 2e8 }, done)),
    { covers: ["SCRYPTREQUEST"] },
  ),
  "crypto.hkdf": work(
    () => callback((done) => crypto.hkdf("sha512", Buffer.alloc(1e6), "s", "i", 8_000, done)),
    { covers: ["DERIVEBITSREQUEST"] },
  ),
  "crypto.hkdf behind a full thread pool": work(async () => {
    const many = Array.from({ length: 5 }, () => earlyPbkdf2("p", "s", ROUNDS / 2, 32, "sha256"));
    await callback((done) => crypto.hkdf("sha256", "k", "s", "i", 32, done));
    await Promise.all(many);
  }),
  "crypto.randomBytes": work(() => callback((done) => crypto.randomBytes(20e6, done)), {
    covers: ["RANDOMBYTESREQUEST"],
  }),
  "crypto.randomFill": work(() => callback((done) => crypto.randomFill(Buffer.alloc(20e6), done))),
  "crypto.generateKeyPair": work(
    () => callback((done) => crypto.generateKeyPair("rsa", { modulusLength: 2_048 }, done)),
    { covers: ["KEYPAIRGENREQUEST"] },
  ),
  "crypto.generateKey": work(
    () => callback((done) => crypto.generateKey("hmac", { length: 2_048 }, done)),
    { covers: ["KEYGENREQUEST"] },
  ),
  "crypto.generatePrime": work(() => callback((done) => crypto.generatePrime(512, done)), {
    covers: ["RANDOMPRIMEREQUEST"],
  }),
  "crypto.checkPrime": work(
    () => callback((done) => crypto.checkPrime(2n ** 1_279n - 1n, { checks: 20 }, done)),
    { covers: ["CHECKPRIMEREQUEST"] },
  ),
  "crypto.sign": work(
    async () => {
      const { privateKey } = rsa();
      for (let count = 0; count < 20; count += 1)
        await callback((done) => crypto.sign("sha256", Buffer.from("x"), privateKey, done));
    },
    { covers: ["SIGNREQUEST"] },
  ),
  "crypto.verify": work(
    async () => {
      const { privateKey, publicKey } = rsa();
      const data = Buffer.from("x");
      const signature = crypto.sign("sha256", data, privateKey);
      for (let count = 0; count < 20; count += 1)
        await callback((done) => crypto.verify("sha256", data, publicKey, signature, done));
    },
    { covers: ["VERIFYREQUEST"] },
  ),
  "crypto.argon2": work(
    () => {
      const cost = { parallelism: 1, tagLength: 32, memory: 16_384, passes: 3 };
      const input = { message: "p", nonce: Buffer.alloc(16), ...cost };
      const { argon2 } = crypto as unknown as {
        readonly argon2: (kind: string, input: object, done: (error: unknown) => void) => void;
      };
      return callback((done) => argon2("argon2id", input, done));
    },
    { covers: ["ARGON2REQUEST"] },
  ),
  "crypto.subtle": work(
    async () => {
      const { subtle } = globalThis.crypto;
      const key = await subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt"]);
      await subtle.encrypt({ name: "AES-GCM", iv: new Uint8Array(12) }, key, new Uint8Array(4e6));
      await subtle.digest("SHA-256", new Uint8Array(4e6));
    },
    { covers: ["CIPHERREQUEST", "HASHREQUEST"] },
  ),
  "synchronous functions of crypto leave nothing to wait for": after(20_000, async () => {
    for (let count = 0; count < 500; count += 1) {
      crypto.randomBytes(16);
      crypto.pbkdf2Sync("a", "b", 1, 8, "sha1");
    }
    await pause(20_000);
  }),
};

const fileRows: Rows = {
  "fs.promises.readFile": work(() => fs.readFile(BIG), { covers: ["FSREQPROMISE", "FILEHANDLE"] }),
  "fs.stat, 200 times": work(
    async () => {
      for (let count = 0; count < 200; count += 1) await callback((done) => stat(".", done));
    },
    { covers: ["FSREQCALLBACK"] },
  ),
  "a file stream": work(() => pipeline(createReadStream(BIG), createWriteStream(devNull))),
  "a directory": work(
    async () => {
      const folder = await fs.opendir(".");
      for await (const _ of folder);
    },
    { covers: ["DIRHANDLE"] },
  ),
  "a file handle that is closed": work(
    async () => {
      const handle = await fs.open(BIG);
      await handle.close();
    },
    { covers: ["FILEHANDLECLOSEREQ"] },
  ),
  "a blob of a file": work(async () => (await openAsBlob(BIG)).text(), { covers: ["BLOBREADER"] }),
  "dns.lookup": work(() => callback((done) => dns.lookup("localhost", done)), {
    covers: ["GETADDRINFOREQWRAP"],
  }),
  "dns.lookupService": work(
    () => callback((done) => dns.lookupService("127.0.0.1", 22, done)).catch(() => undefined),
    { covers: ["GETNAMEINFOREQWRAP"] },
  ),
  "dns.resolve4 at a server that does not answer": work(
    async ({ peer }) => {
      const resolver = new dns.promises.Resolver({ timeout: 100, tries: 1 });
      resolver.setServers([`127.0.0.1:${peer.udp}`]);
      await resolver.resolve4("x.test").catch(() => undefined);
    },
    { covers: ["QUERYWRAP", "DNSCHANNEL"] },
  ),
  "zlib.gzip": work(() => promisify(zlib.gzip)(Buffer.alloc(10e6, "ab")), { covers: ["ZLIB"] }),
  "zlib.brotliCompress": work(() => promisify(zlib.brotliCompress)(Buffer.alloc(1e6, "ab"))),
  "zlib.zstdCompress": work(() => promisify(zlib.zstdCompress)(Buffer.alloc(10e6, "ab"))),
  "a first import()": work(() => import("./imported.ts")),
  "WebAssembly.compile": work(() => WebAssembly.compile(bigModule())),
};

const addOnRows: Rows = {
  "work of a native add-on": work(() => parseAstAsync("const a = 1;\n".repeat(50_000))),
};

/** A module of many functions, without a compiler. */
function bigModule(): Uint8Array<ArrayBuffer> {
  const count = 60_000;
  const leb = (value: number): number[] => {
    const bytes: number[] = [];
    for (let left = value; ; left >>>= 7) {
      if (left < 128) return [...bytes, left];
      bytes.push((left & 127) | 128);
    }
  };
  const section = (id: number, body: readonly number[]): number[] => [
    id,
    ...leb(body.length),
    ...body,
  ];
  const functions = Array.from({ length: count }, () => 0);
  const bodies: number[] = [];
  for (let index = 0; index < count; index += 1) bodies.push(4, 0, 65, 1, 11);
  return Uint8Array.from([
    0,
    97,
    115,
    109,
    1,
    0,
    0,
    0,
    ...section(1, [1, 96, 0, 1, 127]),
    ...section(3, [...leb(count), ...functions]),
    ...section(10, [...leb(count), ...bodies]),
  ]);
}

export const machineRows: Rows = { ...cryptoRows, ...fileRows, ...addOnRows };
