/**
 * The arguments with which every browser is launched, by the harness and by users' suites. They keep it from
 * talking to anyone but the page's servers, and let it trust the simulator's certificate.
 */
import { createHash, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";

/** What keeps any browser from talking to others than the page's servers. */
const quiet: readonly string[] = [
  // No HTTP/3: it would pass by the proxy and by every fault of connections.
  "--disable-quic",
  // Nor WebRTC, whose packets go straight to any server that a page names. The second name is
  // the headless shell's, which ignores the first.
  "--webrtc-ip-handling-policy=disable_non_proxied_udp",
  "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // An error page would load itself anew after a second of the machine's time, unasked.
  "--disable-auto-reload",
];

/** What makes pages follow the virtual clock sooner. */
const quick: readonly string[] = [
  "--disable-gpu",
  // Tabs of one application in one process: what one writes to its storage, the others have
  // at once, as in any one history. In processes of their own it depends on the moment.
  "--process-per-site",
  // A frame of another site would get a process, whose start costs more than what most frames do.
  "--disable-site-isolation-trials",
  "--renderer-process-limit=1",
];

/** For any launcher of Chromium; `isRoot` is by default whether this process is root's. */
export function launchArguments({
  isRoot = process.getuid?.() === 0,
}: { readonly isRoot?: boolean } = {}): string[] {
  return [
    ...quiet,
    ...quick,
    // Chromium refuses to start as root with its sandbox. Playwright leaves the sandbox out
    // unless it is given `chromiumSandbox: true`.
    ...(isRoot ? ["--no-sandbox"] : []),
    trustArgument(),
  ];
}

/** For a browser that another program launches, with options of its own: the simulator behind a proxy, and nothing else. `bypass` lists the hosts that are asked directly, parted by commas. */
export function proxyArguments(proxy: { readonly url: string; readonly bypass: string }): string[] {
  return [
    ...quiet,
    `--proxy-server=${proxy.url}`,
    `--proxy-bypass-list=${proxy.bypass.replaceAll(",", ";")}`,
    trustArgument(),
  ];
}

function trustArgument(): string {
  return `--ignore-certificate-errors-spki-list=${fixtureKeyPin()}`;
}

/**
 * The SHA-256 of the key of `fixtures/tls/service.cert.pem`, in base64. A certificate with that
 * key is believed under any name, from any authority; one with another key, such as that of a
 * TLS fault, is still refused. So no authority need be installed, and no check is off.
 */
function fixtureKeyPin(): string {
  const file = new URL("../../../fixtures/tls/service.cert.pem", import.meta.url);
  const { publicKey } = new X509Certificate(readFileSync(file));
  return createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("base64");
}
