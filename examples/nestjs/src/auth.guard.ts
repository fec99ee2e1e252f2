/** Lets requests pass that carry a token which Entra has issued for this API. */
import {
  type CanActivate,
  type ExecutionContext,
  Injectable,
  UnauthorizedException,
} from "@nestjs/common";
import type { Request } from "express";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { settings } from "./settings.js";

const authority = `https://login.microsoftonline.com/${settings.tenant}`;

@Injectable()
export class AuthGuard implements CanActivate {
  // Keys without an end: jose asks anew for a key that it does not know, and by default every ten minutes.
  private readonly keys = createRemoteJWKSet(new URL(`${authority}/discovery/v2.0/keys`), {
    cacheMaxAge: Infinity,
  });

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { headers } = context.switchToHttp().getRequest<Request>();
    const token = headers.authorization?.replace(/^Bearer /, "") ?? "";
    try {
      await jwtVerify(token, this.keys, {
        issuer: `${authority}/v2.0`,
        audience: settings.clientId,
      });
      return true;
    } catch {
      throw new UnauthorizedException();
    }
  }
}
