package bingxspot_test

import (
	"context"
	"errors"
	"fmt"
	"os"

	"bingxspot"
	"bingxspot/api"
)

func ExampleClient() {
	credentials, err := bingxspot.NewCredentials(os.Getenv("BINGX_API_KEY"), os.Getenv("BINGX_API_SECRET"))
	if err != nil {
		panic(err)
	}
	client := bingxspot.NewClient(&bingxspot.Transport{Credentials: credentials})
	bingx, err := api.NewClientWithResponses("https://open-api.bingx.com", api.WithHTTPClient(client))
	if err != nil {
		panic(err)
	}

	order := api.CancelOrderRequest{Symbol: "BTC-USDT", OrderID: new(int64(1735964079647111281))}
	result, err := bingx.CancelOrderWithResponse(context.Background(), order)
	if refusal, ok := errors.AsType[*bingxspot.Error](err); ok {
		fmt.Println(refusal.Row.Order, refusal.Row.Category, refusal.Code, refusal.Row.Advice)
		return
	}
	if err != nil {
		panic(err) // a ParameterError: nothing was sent; any other: the state of the order is unknown
	}
	fmt.Println(*result.JSON200.Data.Status, *result.JSON200.Data.OrderID) // a success has both
}
