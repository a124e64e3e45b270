package bingxspot

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"bingxspot/api"
)

// Each id that was asked for is in exactly one list.
func TestListsAccountForEachID(t *testing.T) {
	first, second := `{"symbol":"BTC-USDT","orderId":1,"status":"CANCELED"}`, `{"symbol":"BTC-USDT","orderId":2,"status":"CANCELED"}`
	parameters := values{"symbol": "BTC-USDT", "orderIds": "1,2"}
	for data, believed := range map[string]bool{
		`{"orders":[` + first + `,` + second + `]}`:                             true,
		`{"orders":[` + first + `],"fails":[{"orderId":"2"}]}`:                  true,
		`{"orders":null,"fails":[{"orderId":"1"},{"orderId":"2"}]}`:             true,
		`{"orders":[` + first + `],"fails":[{"orderId":"2","error":"busy"}]}`:   false,
		`{"orders":[` + first + `],"fails":[{"orderId":"2","error":"what?"}]}`:  true,
		`{"orders":[` + first + `]}`:                                            false,
		`{"orders":[` + first + `,` + first + `]}`:                              false,
		`{"orders":[` + first + `,` + second + `],"fails":[{"orderId":"2"}]}`:   false,
		`{"orders":[` + first + `,` + second + `],"fails":[{"error":"what?"}]}`: false,
	} {
		received := answer{status: 200, body: []byte(`{"code":0,"data":` + data + `}`)}
		if _, err := validate(operationNamed("cancelOrders"), parameters, received); (err == nil) != believed {
			t.Errorf("%s: %v", data, err)
		}
	}
	call := values{"type": "CLOSE", "timeOut": json.Number("10")}
	for status, believed := range map[string]bool{"CLOSED": true, "ACTIVATED": false, "FAILED": false} {
		received := answer{status: 200, body: []byte(`{"code":0,"data":{"status":"` + status + `"}}`)}
		if _, err := validate(operationNamed("cancelAllAfter"), call, received); (err == nil) != believed {
			t.Errorf("%s: %v", status, err)
		}
	}
}

// What queries have proven of each order is read by the generated client, which has ids as text in one of the lists.
func TestOrdersThatWereAskedAboutAreInTheLists(t *testing.T) {
	canceled := `{"code":0,"data":{"symbol":"BTC-USDT","orderId":1,"status":"CANCELED"}}`
	filled := `{"code":0,"data":{"symbol":"BTC-USDT","orderId":2,"status":"FILLED"}}`
	for name, ids := range map[string]string{"orderIds": "1,2", "clientOrderIDs": "a,b"} {
		lost := says(http.StatusGatewayTimeout, "")
		served := serve(t, lost, lost, says(200, canceled), says(200, filled))
		bingx, err := api.NewClientWithResponses(served.URL, api.WithHTTPClient(connect(t)))
		if err != nil {
			t.Fatal(err)
		}
		body := strings.NewReader(`{"symbol":"BTC-USDT","` + name + `":"` + ids + `"}`)
		result, err := bingx.CancelOrdersWithBodyWithResponse(context.Background(), "application/json", body)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "cancelled", *(*result.JSON200.Data.Orders)[0].OrderID, 1)
		same(t, "not cancelled", *(*result.JSON200.Data.Fails)[0].OrderID, "2")
	}
}
