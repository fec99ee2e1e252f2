/**
 * A network of its own for a command, by the namespaces of Linux: port 443 and a name server that
 * only it can see, and our certificate in the system's bundle as it sees it. It needs no rights
 * where users may make namespaces. `brownout exec` starts itself again in one; what is set up here
 * is gone when its last process ends.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HarnessError } from "../../core/errors.ts";
import { machineOrigins } from "../../entra/request/machine-address.ts";
import type { ListenAddress } from "../../network/way-in/way-in.ts";

/** Set in the process that runs inside, to the numbers of the user and group outside and an empty folder. */
export const INSIDE = "BROWNOUT_INSIDE_NAMESPACE";

/** The arguments of `unshare` for a namespace, with or without rights. */
export function unshareArguments(userId: number): readonly string[] {
  const own = ["--net", "--mount"];
  return userId === 0 ? own : ["--user", "--map-root-user", ...own];
}

/** Why this machine cannot make one; undefined when it can. */
export function whyNoNamespace(platform: string, userId: number): string | undefined {
  if (platform !== "linux") return "namespaces are of Linux";
  const probe = spawnSync(
    "unshare",
    [...unshareArguments(userId), "ip", "link", "set", "lo", "up"],
    { encoding: "utf8" },
  );
  if (probe.error !== undefined) return "unshare (util-linux) is not installed";
  if (probe.status === 0) return undefined;
  const [said = ""] = probe.stderr.trim().split("\n").slice(-1);
  return said === "" ? "unshare failed" : said;
}

/** The arguments of `unshare` by which a command inside is the user again who is outside, as files and programs know them; none where that is root, or cannot be. */
export function asUserOutside(userId: number, groupId: number): readonly string[] {
  if (userId === 0) return [];
  const mapped = ["--user", `--map-user=${userId}`, `--map-group=${groupId}`];
  return succeeds("unshare", ...mapped, "true") ? ["unshare", ...mapped, "--"] : [];
}

/** An address to which packets go and are lost. */
const LOST = "198.18.0.2";

/** The endpoint of IMDS, which is on no interface of a usual machine. */
const LINK_LOCAL = "169.254.169.254";

export interface Namespace {
  /** Where the way in listens. */
  readonly listen: ListenAddress;
  readonly alsoAt: readonly ListenAddress[];
  /** An address at which every packet is lost; undefined where the kernel has no device for that. */
  readonly lost: string | undefined;
  /** The system's bundle with our certificate, as the command sees it. */
  readonly bundle: string;
}

/** Sets up the namespace in which this process runs; `folder` is an empty one for what is put over the system's files. Throws `unfit-machine`. */
export function setUpNamespace(folder: string, authority: string): Namespace {
  run("ip", "link", "set", "lo", "up");
  run("ip", "address", "add", `${LINK_LOCAL}/32`, "dev", "lo");
  // What is mounted here must not be seen outside.
  run("mount", "--make-rprivate", "/");
  replaceFile(folder, "/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:5 attempts:2\n");
  if (existsSync("/etc/nsswitch.conf")) {
    // Other ways of looking up a name would lead out of here.
    const text = readFileSync("/etc/nsswitch.conf", "utf8");
    const hosts = text.replace(/^hosts:.*$/m, "hosts: files dns");
    replaceFile(folder, "/etc/nsswitch.conf", hosts);
  }
  return {
    listen: { host: "127.0.0.1", port: 443 },
    alsoAt: placesOfMachines(),
    lost: losePackets() ? LOST : undefined,
    bundle: trust(folder, authority),
  };
}

/** A device that drops what is sent to it: a dummy, or one end of a cable whose other end has no address. */
function losePackets(): boolean {
  const isThere =
    succeeds("ip", "link", "add", "lost", "type", "dummy") ||
    (succeeds("ip", "link", "add", "lost", "type", "veth", "peer", "name", "end") &&
      succeeds("ip", "link", "set", "end", "up"));
  const neighbour = ["lladdr", "02:00:00:00:00:01", "nud", "permanent", "dev", "lost"];
  return (
    isThere &&
    succeeds("ip", "address", "add", "198.18.0.1/24", "dev", "lost") &&
    succeeds("ip", "link", "set", "lost", "up") &&
    succeeds("ip", "neighbour", "replace", LOST, ...neighbour)
  );
}

/** Where programs find the endpoints of machines that have an address of their own. */
function placesOfMachines(): readonly ListenAddress[] {
  return machineOrigins
    .map((origin) => new URL(origin))
    .filter(({ protocol }) => protocol === "http:")
    .map(({ hostname, port }) => ({ host: hostname, port: port === "" ? 80 : Number(port) }));
}

/** Where systems have the certificates that they trust, in one file. */
export const systemBundles = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
];
const CERTIFICATES = "/etc/ssl/certs";

/** Puts our certificate into the system's bundle, and under its hash for OpenSSL. Returns a bundle. */
function trust(folder: string, authority: string): string {
  const certificate = readFileSync(authority, "utf8");
  const own = join(folder, "ca-bundle.crt");
  const system = systemBundles.find((path) => existsSync(path));
  writeFileSync(own, `${system === undefined ? "" : readFileSync(system, "utf8")}\n${certificate}`);
  if (existsSync(CERTIFICATES)) {
    const copy = join(folder, "certs");
    cpSync(CERTIFICATES, copy, { recursive: true, verbatimSymlinks: true });
    const hash = spawnSync("openssl", ["x509", "-hash", "-noout", "-in", authority], {
      encoding: "utf8",
    });
    if (hash.status === 0) writeFileSync(join(copy, `${hash.stdout.trim()}.0`), certificate);
    run("mount", "--bind", copy, realpathSync(CERTIFICATES));
  }
  for (const path of systemBundles)
    if (existsSync(path)) run("mount", "--bind", own, realpathSync(path));
  return own;
}

function replaceFile(folder: string, path: string, text: string): void {
  const files = join(folder, "etc");
  mkdirSync(files, { recursive: true });
  const file = join(files, path.replaceAll("/", "-"));
  writeFileSync(file, text);
  if (existsSync(path)) run("mount", "--bind", file, realpathSync(path));
}

function succeeds(program: string, ...values: readonly string[]): boolean {
  return spawnSync(program, values).status === 0;
}

function run(program: string, ...values: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, values, { encoding: "utf8" });
  if (status === 0) return;
  const said = error === undefined ? stderr.trim() : error.message;
  throw new HarnessError("unfit-machine", `${program} ${values.join(" ")} failed: ${said}`, {
    place: "--isolate netns",
    hint: "Take --isolate proxy.",
  });
}
