/**
 * Names of npm packages whose version matters for how an app signs in: clients of Entra, of
 * OpenID Connect and of SAML, what retries for them, and what validates their tokens.
 */

/** The packages, by name or as a pattern of names. */
const family: readonly RegExp[] = [
  /^@azure\/(?:msal-.+|identity(?:-.+)?|core-rest-pipeline|ms-rest-nodeauth)$/,
  /^(?:msal|adal-node|adal-angular|@azure-samples\/msal-.+)$/,
  /^(?:openid-client|oauth4webapi|oidc-client|oidc-client-ts|oidc-token-manager|simple-oauth2)$/,
  /^(?:react-oidc-context|angular-auth-oidc-client|angular-oauth2-oidc|@auth0\/auth0-react)$/,
  /^(?:express-openid-connect|express-oauth2-jwt-bearer|express-jwt|koa-jwt|@fastify\/jwt)$/,
  /^(?:@node-saml\/.+|passport-saml|samlify|saml2-js)$/,
  /^(?:passport-azure-ad|passport-openidconnect|passport-oauth2|passport-jwt)$/,
  /^(?:next-auth|@auth\/.+|better-auth|arctic)$/,
  /^(?:jose|jsonwebtoken|jwks-rsa)$/,
];

/** Whether the version of a package matters for how an app signs in. */
export function isSignInPackage(name: string): boolean {
  return family.some((pattern) => pattern.test(name));
}
