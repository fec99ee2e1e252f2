/**
 * Which fields of requests and answers a journal keeps: those of the protocols that are known to
 * carry no secret. The value of any other field may be one, so it is left out; a new field of a
 * grant is kept when its name is added here.
 */

/** Fields of forms, queries, headers and JSON whose values are kept. Lower case. */
const HARMLESS = new Set(
  `access-control-allow-credentials access-control-allow-headers access-control-allow-methods
  access-control-allow-origin access-control-expose-headers access-control-max-age
  access-control-request-headers access-control-request-method access_token_accepted_version
  acr acr_values alg aliases allow amr api-version appid appidacr aud authorization_endpoint
  authorization_uri azp azpacr bindings cache-control check_session_iframe claims claims_supported clidata
  client-request-id client_assertion_type client_id client_info clientid cloud_graph_host_name
  cloud_instance_host_name cloud_instance_name code_challenge_method connection content-disposition
  content-encoding content-language content-length content-security-policy content-type
  correlation-id correlation_id correlationid cross-origin-embedder-policy
  cross-origin-opener-policy cross-origin-resource-policy crv date detail
  device_authorization_endpoint display domain_hint e email end_session_endpoint error error_codes
  error_description error_subcode error_uri etag expires expires_in expires_on ext_expires_in
  family_name frontchannel_logout_supported given_name grant_type http_logout_supported
  httpstatus iat id_token_signing_alg_values_supported instance interval issuer issuers iss
  jwks_uri kerberos_endpoint kid kty last-modified login login_hint max_age message metadata mkt
  msgraph_host msi_res_id n name nbf not_before object_id oid origin p3p pocd pragma preferred_cache
  preferred_network preferred_username principal_id prompt rbac_url reason redirect_uri
  referrer-policy refresh_in refresh_token_expires_in region request-id request_uri_parameter_supported
  requested_token_use resource response_mode response_modes_supported response_type
  response_types_supported retry-after return-client-request-id roles scope scopes
  scopes_supported scp server server-timing source status statuscode strict-transport-security sub
  suberror subject_token_type subject_types_supported target tenant tenant_discovery_endpoint
  tenant_region_scope tenant_region_sub_scope tid timestamp timing-allow-origin title
  token_endpoint token_endpoint_auth_methods_supported token_type trace_id traceid
  traceparent transfer-encoding type ui_locales upn use user-agent userinfo_endpoint username vary ver
  verification_uri verification_url via www-authenticate x-anchormailbox x-client-current-telemetry
  x-client-last-telemetry x-client-sku x-client-ver x-content-type-options x-frame-options
  x-ms-ccs-requestid x-ms-client-request-id x-ms-clitelem x-ms-correlation-id x-ms-ests-server
  x-ms-lib-capability x-ms-request-id x-ms-srs x-ms-version x-requested-with x-xss-protection x5c x5t
  xms-ccs-requestid xms_cc`.split(/\s+/),
);

/** Whether the value of a field is kept. */
export function isHarmless(name: string): boolean {
  return HARMLESS.has(name.toLowerCase());
}

/** Parts of names that mean a secret, in what is no protocol's: own headers, queries, messages. */
const SECRET_PART =
  /secret|passw|passphrase|passcode|pwd|token|assertion|credential|apikey|accesskey|accountkey|sharedkey|subscriptionkey|functionskey|privatekey|signature|cookie|session|authcode|usercode|devicecode|jwt|saml|bearer|authorization|connectionstring|hmac|verifier|nonce|pkcs|pfx/;
const SECRET_NAME = /^(?:auth|cert|code|ctx|key|otc|otp|totp|pass|pin|pw|sas|sid|sig|state|mfa)$/;

/** Whether a name in a free text says that a secret follows. */
export function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  return !isHarmless(name) && (SECRET_NAME.test(plain) || SECRET_PART.test(plain));
}
