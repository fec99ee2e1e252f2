module brownout/drivers/go

go 1.18

require github.com/AzureAD/microsoft-authentication-library-for-go v1.9.0
