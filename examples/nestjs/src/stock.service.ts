/** Asks the stock API, in this API's own name. */
import { ConfidentialClientApplication } from "@azure/msal-node";
import { Injectable, ServiceUnavailableException } from "@nestjs/common";
import { settings } from "./settings.js";

@Injectable()
export class StockService {
  // One for the life of the process: its cache serves every request.
  private readonly client = new ConfidentialClientApplication({
    auth: {
      authority: `https://login.microsoftonline.com/${settings.tenant}`,
      clientId: settings.clientId,
      clientSecret: settings.clientSecret,
    },
  });

  async list(): Promise<unknown> {
    const token = await this.token();
    const response = await fetch("https://stock.contoso.example/items", {
      headers: { authorization: `Bearer ${token}` },
    });
    if (!response.ok) throw new ServiceUnavailableException();
    return response.json();
  }

  protected async token(): Promise<string> {
    const request = { scopes: ["api://stock/.default"] };
    const result = await this.client.acquireTokenByClientCredential(request);
    return result?.accessToken ?? "";
  }
}
