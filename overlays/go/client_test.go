package bingxspot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"bingxspot/api"
)

const (
	key     = "the-api-key-of-a-test"
	secret  = "the-api-secret-of-a-test"
	orderID = 1735964079647111281
	success = `{"code":0,"msg":"","data":{"symbol":"MØTH-USDT","orderId":1735964079647111281,"status":"CANCELED"}}`
)

// An exchange gives its answers in order and keeps the requests.
type exchange struct {
	*httptest.Server
	requests []*http.Request
	bodies   []string
}

func serve(t *testing.T, answers ...http.HandlerFunc) *exchange {
	t.Helper()
	served := &exchange{}
	served.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		served.requests, served.bodies = append(served.requests, r), append(served.bodies, string(body))
		answers[min(len(served.requests), len(answers))-1](w, r)
	}))
	t.Cleanup(served.Close)
	return served
}

func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// timestamp checks the signature of a request in any placement and returns its timestamp.
func (e *exchange) timestamp(t *testing.T, i int) string {
	t.Helper()
	sent := Parameters{}
	if strings.HasPrefix(e.bodies[i], "{") {
		decoder := json.NewDecoder(strings.NewReader(e.bodies[i]))
		decoder.UseNumber()
		if err := decoder.Decode(&sent); err != nil {
			t.Fatal(err)
		}
	} else {
		values, _ := url.ParseQuery(e.requests[i].URL.RawQuery + e.bodies[i])
		for name := range values {
			sent[name] = values.Get(name)
		}
	}
	pairs, err := Signable(sent)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "signature", sent["signature"], any(Sign(CanonicalString(pairs), secret)))
	return fmt.Sprint(sent["timestamp"])
}

func signing(t *testing.T, placement Placement) *Transport {
	t.Helper()
	credentials, err := NewCredentials(key, secret)
	if err != nil {
		t.Fatal(err)
	}
	return &Transport{Credentials: credentials, Placement: placement}
}

func cancel(t *testing.T, client api.HttpRequestDoer, url string) (*api.CancelOrderResult, error) {
	t.Helper()
	bingx, err := api.NewClientWithResponses(url, api.WithHTTPClient(client))
	if err != nil {
		t.Fatal(err)
	}
	order := api.CancelOrderRequest{Symbol: "MØTH-USDT", OrderID: new(int64(orderID))}
	return bingx.CancelOrderWithResponse(context.Background(), order)
}

func rowOf(err error) string {
	if refusal, ok := errors.AsType[*Error](err); ok {
		return refusal.Row.ID
	}
	return fmt.Sprint(err)
}

// retry is what a user may lay above the signing layer.
type retry struct{ next http.RoundTripper }

func (r retry) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := r.next.RoundTrip(request)
	if err == nil && response.StatusCode == http.StatusGatewayTimeout {
		time.Sleep(2 * time.Millisecond)
		request.Body, _ = request.GetBody()
		return r.next.RoundTrip(request)
	}
	return response, err
}

func TestRetryAboveGetsANewTimestampAndSignature(t *testing.T) {
	served := serve(t, says(504, ""), says(200, success))
	client := NewClient(signing(t, JSON))
	client.HTTP.Transport = retry{client.HTTP.Transport}
	if _, err := cancel(t, client, served.URL); err != nil {
		t.Fatal(err)
	}
	if first, second := served.timestamp(t, 0), served.timestamp(t, 1); first >= second {
		t.Errorf("stamped %s, then %s", first, second)
	}
}

func TestPlacementOfParameters(t *testing.T) {
	for _, placement := range []Placement{JSON, Query, Form} {
		served := serve(t, says(200, success))
		if _, err := cancel(t, NewClient(signing(t, placement)), served.URL); err != nil {
			t.Fatal(err)
		}
		served.timestamp(t, 0)
		same(t, "in the query", served.requests[0].URL.RawQuery != "", placement == Query)
		same(t, "as JSON", strings.HasPrefix(served.bodies[0], "{"), placement == JSON)
		same(t, "API key", served.requests[0].Header.Get("X-BX-APIKEY"), key)
	}
}

func TestOrderIDIsExactAlsoAsText(t *testing.T) {
	asText := strings.Replace(success, "1735964079647111281", `"1735964079647111281"`, 1)
	codeAsText := strings.Replace(success, `"code":0`, `"code":"0"`, 1)
	inOtherLetters := strings.Replace(success, "CANCELED", " Cancelled ", 1)
	served := serve(t, says(200, success), says(200, asText), says(200, codeAsText), says(200, inOtherLetters))
	for range 4 {
		result, err := cancel(t, NewClient(signing(t, JSON)), served.URL)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "orderId", *result.JSON200.Data.OrderID, orderID)
	}
}

func TestSuccessIsBelievedOnlyForTheOrderOfTheRequest(t *testing.T) {
	another := strings.Replace(success, "1281", "1280", 1)
	filled := strings.Replace(success, "CANCELED", "FILLED", 1)
	open := strings.Replace(success, "CANCELED", "PENDING_CANCEL", 1)
	lacking := strings.Replace(success, "status", "other", 1)
	served := serve(t, says(200, another), says(200, filled), says(200, open), says(200, lacking), says(200, `{"code":0,"data":null}`))
	for range 5 {
		_, err := cancel(t, NewClient(signing(t, JSON)), served.URL)
		same(t, "row", rowOf(err), "success-without-order")
	}
}

func TestRefusedTimestampIsSentAgainWithTheTimeOfTheExchange(t *testing.T) {
	refuse := func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Date"] = nil
		says(200, `{"code":100421,"msg":"timestamp mismatch"}`)(w, r)
	}
	hourAhead := time.Now().Add(time.Hour).UnixMilli()
	timed := says(200, fmt.Sprintf(`{"code":0,"data":{"serverTime":"%d"}}`, hourAhead))
	served := serve(t, refuse, timed, says(200, success))
	if _, err := cancel(t, NewClient(signing(t, JSON)), served.URL); err != nil {
		t.Fatal(err)
	}
	same(t, "API key with the question", served.requests[1].Header.Get("X-BX-APIKEY"), "")
	if last := served.timestamp(t, 2); last < fmt.Sprint(hourAhead) {
		t.Errorf("stamped %s", last)
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	served := serve(t, http.RedirectHandler("/elsewhere", http.StatusFound).ServeHTTP)
	_, err := cancel(t, NewClient(signing(t, JSON)), served.URL)
	same(t, "row", rowOf(err), "http-redirect")
	// Nor by a client that follows redirects.
	if _, err := (&http.Client{Transport: signing(t, JSON)}).Get(served.URL); err == nil {
		t.Error("followed")
	}
	same(t, "requests", len(served.requests), 2)
}

func TestTimeout(t *testing.T) {
	served := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	client := NewClient(signing(t, JSON))
	client.HTTP.Timeout = 50 * time.Millisecond
	_, err := cancel(t, client, served.URL)
	same(t, "timeout", errors.Is(err, context.DeadlineExceeded), true)
}

func TestParametersThatAreNotAllowedAreNotSent(t *testing.T) {
	served := serve(t, says(200, success))
	bingx, err := api.NewClientWithResponses(served.URL, api.WithHTTPClient(NewClient(signing(t, JSON))))
	if err != nil {
		t.Fatal(err)
	}
	id := new(int64(orderID))
	for want, order := range map[string]api.CancelOrderRequest{
		"orderId or clientOrderID": {Symbol: "BTC-USDT", OrderID: id, ClientOrderID: new("my-bot_0001")},
		"symbol":                   {Symbol: "A&B", OrderID: id},
	} {
		_, err := bingx.CancelOrderWithResponse(context.Background(), order)
		refusal, ok := errors.AsType[*ParameterError](err)
		if !ok || refusal.Parameter != want {
			t.Errorf("got %v, want one of %s", err, want)
		}
	}
	same(t, "requests", len(served.requests), 0)
}

func TestNoSecretIsShown(t *testing.T) {
	digest := Sign("", secret)
	repeats := fmt.Sprintf(`{"code":100001,"msg":"signature %s of %s is wrong"}`, digest, key)
	served := serve(t, says(200, repeats), says(200, success))
	client := NewClient(signing(t, JSON))
	_, err := cancel(t, client, served.URL)
	same(t, "text", err.Error(), "bingxspot: signature *** of *** is wrong")
	result, err := cancel(t, client, served.URL)
	if err != nil {
		t.Fatal(err)
	}
	shown := fmt.Sprintf("%+v %#v %+v", client.transport, client.transport.Credentials, *result.HTTPResponse.Request)
	for _, hidden := range []string{key, secret, digest} {
		same(t, "shown", strings.Contains(shown, hidden), false)
	}
}
