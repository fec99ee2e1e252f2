// MSAL Go, called as its documentation shows:
// https://learn.microsoft.com/azure/developer/go/. No retry, cache or time-out is added.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/cache"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
	msal "github.com/AzureAD/microsoft-authentication-library-for-go/apps/errors"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/managedidentity"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"
)

// Of MSAL; build.sh sets it.
var version = "unknown"

var flows = []string{
	"client-credentials", "authorization-code", "silent", "on-behalf-of", "device-code", "password", "managed-identity",
}

type opened struct {
	App struct {
		ClientID        string `json:"clientId"`
		Kind            string `json:"kind"`
		RedirectURI     string `json:"redirectUri"`
		ManagedIdentity *struct {
			Assigned   string `json:"assigned"`
			By         string `json:"by"`
			ObjectID   string `json:"objectId"`
			ResourceID string `json:"resourceId"`
		} `json:"managedIdentity"`
	} `json:"app"`
	TenantID      string `json:"tenantId"`
	AuthorityHost string `json:"authorityHost"`
	Secret        string `json:"secret"`
	Certificate   *struct {
		PrivateKey  string `json:"privateKey"`
		Certificate string `json:"certificate"`
	} `json:"certificate"`
	Cache        string   `json:"cache"`
	Capabilities []string `json:"capabilities"`
}

type acquisition struct {
	ID     int      `json:"id"`
	Flow   string   `json:"flow"`
	Scopes []string `json:"scopes"`
	User   struct {
		UPN           string `json:"upn"`
		Password      string `json:"password"`
		HomeAccountID string `json:"homeAccountId"`
	} `json:"user"`
	Credential string `json:"credential"`
	Claims     string `json:"claims"`
	Region     string `json:"region"`
}

type client struct {
	opened opened
	cache  *savedCache

	lock         sync.Mutex
	confidential map[string]*confidential.Client
	public       *public.Client
	managed      *managedidentity.Client
}

// savedCache keeps what MSAL hands it beyond a restart.
type savedCache struct{}

func (savedCache) Replace(_ context.Context, into cache.Unmarshaler, _ cache.ReplaceHints) error {
	saved, err := ask("read", object{"key": "msal-cache"})
	if err != nil {
		return err
	}
	text, found := saved["value"].(string)
	if !found {
		return nil
	}
	return into.Unmarshal([]byte(text))
}

func (savedCache) Export(_ context.Context, from cache.Marshaler, _ cache.ExportHints) error {
	text, err := from.Marshal()
	if err != nil {
		return err
	}
	_, err = ask("write", object{"key": "msal-cache", "value": string(text)})
	return err
}

func (c *client) isSaved() bool { return c.opened.Cache == "persisted" || c.opened.Cache == "shared" }

func (c *client) authority() string { return c.opened.AuthorityHost + "/" + c.opened.TenantID }

func (c *client) isConfidential() bool { return c.opened.Secret != "" || c.opened.Certificate != nil }

func (c *client) confidentialClient(region string) (*confidential.Client, error) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if made := c.confidential[region]; made != nil {
		return made, nil
	}
	credential, err := c.credential()
	if err != nil {
		return nil, err
	}
	options := []confidential.Option{confidential.WithClientCapabilities(c.opened.Capabilities)}
	if c.isSaved() {
		options = append(options, confidential.WithCache(c.cache))
	}
	if region != "" {
		options = append(options, confidential.WithAzureRegion(region))
	}
	made, err := confidential.New(c.authority(), c.opened.App.ClientID, credential, options...)
	if err != nil {
		return nil, err
	}
	if c.confidential == nil {
		c.confidential = map[string]*confidential.Client{}
	}
	c.confidential[region] = &made
	return &made, nil
}

func (c *client) credential() (confidential.Credential, error) {
	if c.opened.Certificate == nil {
		return confidential.NewCredFromSecret(c.opened.Secret)
	}
	pem := c.opened.Certificate.PrivateKey + c.opened.Certificate.Certificate
	certificates, key, err := confidential.CertFromPEM([]byte(pem), "")
	if err != nil {
		return confidential.Credential{}, err
	}
	return confidential.NewCredFromCert(certificates, key)
}

func (c *client) publicClient() (*public.Client, error) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.public != nil {
		return c.public, nil
	}
	options := []public.Option{
		public.WithAuthority(c.authority()), public.WithClientCapabilities(c.opened.Capabilities),
	}
	if c.isSaved() {
		options = append(options, public.WithCache(c.cache))
	}
	made, err := public.New(c.opened.App.ClientID, options...)
	if err != nil {
		return nil, err
	}
	c.public = &made
	return c.public, nil
}

func (c *client) acquire(asked acquisition) (object, error) {
	ctx := context.Background()
	if asked.Flow == "managed-identity" {
		return c.ofMachine(ctx, asked)
	}
	if c.isConfidential() {
		return c.asConfidential(ctx, asked)
	}
	return c.asPublic(ctx, asked)
}

func (c *client) asConfidential(ctx context.Context, asked acquisition) (object, error) {
	made, err := c.confidentialClient(asked.Region)
	if err != nil {
		return nil, err
	}
	switch asked.Flow {
	case "client-credentials":
		result, err := made.AcquireTokenByCredential(ctx, asked.Scopes, confidential.WithClaims(asked.Claims))
		return token(result, err)
	case "on-behalf-of":
		result, err := made.AcquireTokenOnBehalfOf(ctx, asked.Credential, asked.Scopes, confidential.WithClaims(asked.Claims))
		return token(result, err)
	case "silent":
		account, err := made.Account(ctx, asked.User.HomeAccountID)
		if err != nil {
			return nil, err
		}
		if account.IsZero() {
			return nil, noAccount()
		}
		result, err := made.AcquireTokenSilent(
			ctx, asked.Scopes, confidential.WithSilentAccount(account), confidential.WithClaims(asked.Claims))
		return token(result, err)
	case "authorization-code":
		redirect := c.redirectURI()
		address, err := made.AuthCodeURL(ctx, c.opened.App.ClientID, redirect, asked.Scopes,
			confidential.WithLoginHint(asked.User.UPN), confidential.WithClaims(asked.Claims))
		if err != nil {
			return nil, err
		}
		code, err := signIn(asked, address, redirect)
		if err != nil {
			return nil, err
		}
		result, err := made.AcquireTokenByAuthCode(ctx, code, redirect, asked.Scopes)
		return token(result, err)
	case "password":
		result, err := made.AcquireTokenByUsernamePassword(ctx, asked.Scopes, asked.User.UPN, password(asked))
		return token(result, err)
	}
	return nil, fmt.Errorf("a confidential client of MSAL Go has no %s", asked.Flow)
}

func (c *client) asPublic(ctx context.Context, asked acquisition) (object, error) {
	made, err := c.publicClient()
	if err != nil {
		return nil, err
	}
	switch asked.Flow {
	case "silent":
		accounts, err := made.Accounts(ctx)
		if err != nil {
			return nil, err
		}
		for _, account := range accounts {
			if account.HomeAccountID == asked.User.HomeAccountID {
				result, err := made.AcquireTokenSilent(
					ctx, asked.Scopes, public.WithSilentAccount(account), public.WithClaims(asked.Claims))
				return token(result, err)
			}
		}
		return nil, noAccount()
	case "authorization-code":
		redirect := c.redirectURI()
		address, err := made.AuthCodeURL(ctx, c.opened.App.ClientID, redirect, asked.Scopes,
			public.WithLoginHint(asked.User.UPN), public.WithClaims(asked.Claims))
		if err != nil {
			return nil, err
		}
		code, err := signIn(asked, address, redirect)
		if err != nil {
			return nil, err
		}
		result, err := made.AcquireTokenByAuthCode(ctx, code, redirect, asked.Scopes)
		return token(result, err)
	case "device-code":
		device, err := made.AcquireTokenByDeviceCode(ctx, asked.Scopes)
		if err != nil {
			return nil, err
		}
		askLater("device-code", object{
			"of": asked.ID, "verificationUri": device.Result.VerificationURL, "userCode": device.Result.UserCode,
		})
		result, err := device.AuthenticationResult(ctx)
		return token(result, err)
	case "password":
		result, err := made.AcquireTokenByUsernamePassword(ctx, asked.Scopes, asked.User.UPN, password(asked))
		return token(result, err)
	}
	return nil, fmt.Errorf("a public client of MSAL Go has no %s", asked.Flow)
}

func (c *client) ofMachine(ctx context.Context, asked acquisition) (object, error) {
	c.lock.Lock()
	if c.managed == nil {
		var id managedidentity.ID = managedidentity.SystemAssigned()
		if managed := c.opened.App.ManagedIdentity; managed != nil && managed.Assigned == "user" {
			switch managed.By {
			case "objectId":
				id = managedidentity.UserAssignedObjectID(managed.ObjectID)
			case "resourceId":
				id = managedidentity.UserAssignedResourceID(managed.ResourceID)
			default:
				id = managedidentity.UserAssignedClientID(c.opened.App.ClientID)
			}
		}
		made, err := managedidentity.New(id)
		if err != nil {
			c.lock.Unlock()
			return nil, err
		}
		c.managed = &made
	}
	c.lock.Unlock()
	result, err := c.managed.AcquireToken(ctx, strings.TrimSuffix(asked.Scopes[0], "/.default"))
	return token(result, err)
}

func (c *client) redirectURI() string {
	if c.opened.App.RedirectURI == "" {
		return "http://localhost"
	}
	return c.opened.App.RedirectURI
}

func signIn(asked acquisition, address, redirect string) (string, error) {
	answer, err := ask("sign-in", object{"of": asked.ID, "url": address, "redirectUri": redirect})
	if err != nil {
		return "", err
	}
	parameters, _ := answer["parameters"].(object)
	text := func(name string) string { value, _ := parameters[name].(string); return value }
	if text("code") == "" {
		return "", clientError{Name: "SignInError", Code: text("error"), Message: text("error_description") + " "}
	}
	return text("code"), nil
}

func password(asked acquisition) string {
	if asked.Credential != "" {
		return asked.Credential
	}
	return asked.User.Password
}

func noAccount() error {
	return clientError{
		Name: "NoAccount", Code: "no_account", Message: "no account of that user is signed in", InteractionRequired: true,
	}
}

func token(result public.AuthResult, err error) (object, error) {
	if err != nil {
		return nil, err
	}
	answer := object{
		"accessToken": result.AccessToken,
		"expiresAtMs": result.ExpiresOn.UnixMilli(),
		"fromCache":   result.Metadata.TokenSource == public.TokenSourceCache,
	}
	if result.IDToken.RawToken != "" {
		answer["idToken"] = result.IDToken.RawToken
	}
	if result.Account.HomeAccountID != "" {
		answer["homeAccountId"] = result.Account.HomeAccountID
	}
	return answer, nil
}

// describe names an error as MSAL does, with the code of the service where there was an answer.
func describe(err error) clientError {
	var own clientError
	if errors.As(err, &own) {
		return own
	}
	described := clientError{Name: strings.TrimPrefix(fmt.Sprintf("%T", err), "*"), Message: err.Error()}
	var call msal.CallErr
	if !errors.As(err, &call) || call.Resp == nil {
		return described
	}
	described.Name = "CallErr"
	body, _ := io.ReadAll(call.Resp.Body)
	var answer struct {
		Error    string `json:"error"`
		Suberror string `json:"suberror"`
	}
	if json.Unmarshal(body, &answer) == nil {
		described.Code = answer.Error
		described.Suberror = answer.Suberror
	}
	switch answer.Error {
	case "invalid_grant", "interaction_required", "login_required", "consent_required":
		described.InteractionRequired = true
	}
	return described
}
