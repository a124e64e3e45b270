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
	client, err := bingxspot.New(os.Getenv("BINGX_API_KEY"), os.Getenv("BINGX_API_SECRET"))
	if err != nil {
		panic(err)
	}
	bingx, err := api.NewClientWithResponses("https://open-api.bingx.com", api.WithHTTPClient(client))
	if err != nil {
		panic(err)
	}

	order := api.CancelOrderRequest{Symbol: "BTC-USDT", OrderID: new(int64(1735964079647111281))}
	result, err := bingx.CancelOrderWithResponse(context.Background(), order)
	if ending, ok := errors.AsType[*bingxspot.Ending](err); ok {
		switch ending.Kind {
		case bingxspot.Filled, bingxspot.AlreadyCanceled, bingxspot.Failed:
			fmt.Println("nothing is left to cancel:", ending.Order)
		default:
			fmt.Println(ending.Kind, ending.Advice, ending.Err)
		}
		return
	}
	if err != nil {
		panic(err) // a ParameterError: nothing was sent
	}
	fmt.Println(*result.JSON200.Data.Status, *result.JSON200.Data.OrderID) // a success has both
}
