/** Which login hosts are one service. */
import { cloudOfHost } from "../entra/directory/clouds.ts";

/** The same name for the aliases of a cloud; a regional host, and a host of no cloud, is a service of its own. */
export function loginServiceOf(host: string): string {
  const found = cloudOfHost(host);
  return found === undefined || found.region !== undefined ? host : found.cloud.name;
}
