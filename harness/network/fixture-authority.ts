/**
 * Which authorities this process trusts. Node parses some 150 certificates when its own are put
 * back, which takes as long as a small run: a process that does nothing but run scenarios keeps ours.
 */
import { readFileSync } from "node:fs";
import tls from "node:tls";
import { authorityFile } from "./https-server.ts";

let isKept = false;

/** From now on the end of a run leaves this process with the fixture CA. */
export function keepFixtureAuthority(): void {
  isKept = true;
}

/** Makes this process trust the fixture CA and nothing else; the returned function undoes it, unless it is kept. */
export function trustFixtureAuthority(): () => void {
  const before = isKept ? undefined : tls.getCACertificates("default");
  tls.setDefaultCACertificates([readFileSync(authorityFile(), "utf8")]);
  return () => {
    if (before !== undefined) tls.setDefaultCACertificates(before);
  };
}

/** Makes this process trust another certificate beside the fixture CA, until that is undone. */
export function trustBesideFixtureAuthority(certificate: string): void {
  tls.setDefaultCACertificates([readFileSync(authorityFile(), "utf8"), certificate]);
}
