package bingxspot

import (
	"encoding/json"
	"testing"
)

// Each id that was asked for is in exactly one list.
func TestListsAccountForEachID(t *testing.T) {
	first, second := `{"symbol":"BTC-USDT","orderId":1,"status":"CANCELED"}`, `{"symbol":"BTC-USDT","orderId":2,"status":"CANCELED"}`
	parameters := values{"symbol": "BTC-USDT", "orderIds": "1,2"}
	for data, believed := range map[string]bool{
		`{"orders":[` + first + `,` + second + `]}`:                             true,
		`{"orders":[` + first + `],"fails":[{"orderId":"2"}]}`:                  true,
		`{"orders":null,"fails":[{"orderId":"1"},{"orderId":"2"}]}`:             true,
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
