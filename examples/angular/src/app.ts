import { Component, inject, signal } from "@angular/core";
import { MsalBroadcastService, MsalService } from "@azure/msal-angular";
import { type AccountInfo, InteractionStatus } from "@azure/msal-browser";
import { filter } from "rxjs";
import { request } from "./auth";
import { Profile } from "./profile";

@Component({
  selector: "app-root",
  imports: [Profile],
  template: `
    <main>
      <h1>Profile</h1>
      @if (account()) {
        <app-profile />
      } @else {
        <button (click)="signIn()">Sign in</button>
      }
    </main>
  `,
})
export class App {
  private readonly msal = inject(MsalService);
  protected readonly account = signal<AccountInfo | undefined>(undefined);

  constructor() {
    this.msal.handleRedirectObservable().subscribe();
    inject(MsalBroadcastService)
      .inProgress$.pipe(filter((status) => status === InteractionStatus.None))
      .subscribe(() => this.account.set(this.msal.instance.getAllAccounts()[0]));
  }

  protected signIn(): void {
    this.msal.loginPopup(request).subscribe();
  }
}
