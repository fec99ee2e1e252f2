/** The HTTP client, which sends a token to Microsoft Graph. */
import { type HttpInterceptorFn, provideHttpClient, withInterceptors } from "@angular/common/http";
import { inject } from "@angular/core";
import { MsalService } from "@azure/msal-angular";
import { switchMap } from "rxjs";
import { request } from "./auth";

/** Where there is no token the request fails, and what called it decides what people see. */
const withToken: HttpInterceptorFn = (sent, next) => {
  if (!sent.url.startsWith("https://graph.microsoft.com/")) return next(sent);
  const msal = inject(MsalService);
  const [account] = msal.instance.getAllAccounts();
  return msal
    .acquireTokenSilent({ ...request, account })
    .pipe(
      switchMap(({ accessToken }) =>
        next(sent.clone({ setHeaders: { authorization: `Bearer ${accessToken}` } })),
      ),
    );
};

export const httpProviders = [provideHttpClient(withInterceptors([withToken]))];
