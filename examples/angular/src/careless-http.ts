/** The same by the interceptor of MSAL Angular: on every error of a silent call it sends the person to Entra to sign in. */
import { HTTP_INTERCEPTORS, provideHttpClient, withInterceptorsFromDi } from "@angular/common/http";
import {
  MSAL_INTERCEPTOR_CONFIG,
  MsalInterceptor,
  type MsalInterceptorConfiguration,
} from "@azure/msal-angular";
import { InteractionType } from "@azure/msal-browser";
import { request } from "./auth";

const config: MsalInterceptorConfiguration = {
  interactionType: InteractionType.Redirect,
  protectedResourceMap: new Map([["https://graph.microsoft.com/v1.0/me", request.scopes]]),
};

export const httpProviders = [
  { provide: MSAL_INTERCEPTOR_CONFIG, useValue: config },
  { provide: HTTP_INTERCEPTORS, useClass: MsalInterceptor, multi: true },
  provideHttpClient(withInterceptorsFromDi()),
];
