package bingxspot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
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

// An exchange gives its answers in order and keeps the requests. Read them once each is answered, or after Close.
type exchange struct {
	*httptest.Server
	mutex    sync.Mutex
	requests []*http.Request
	bodies   []string
}

func serve(t *testing.T, answers ...http.HandlerFunc) *exchange {
	t.Helper()
	served := &exchange{}
	served.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		served.mutex.Lock()
		served.requests, served.bodies = append(served.requests, r), append(served.bodies, string(body))
		answer := answers[min(len(served.requests), len(answers))-1]
		served.mutex.Unlock()
		answer(w, r)
	}))
	t.Cleanup(served.Close)
	return served
}

// signature returns that of the last request.
func (e *exchange) signature() string {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	last := len(e.requests) - 1
	return likeSignature.FindString(e.requests[last].URL.RawQuery + e.bodies[last])
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
	sent := values{}
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
	pairs, err := signable(sent)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "signature", sent["signature"], any(signed(pairs, secret)[len(pairs)].text))
	return fmt.Sprint(sent["timestamp"])
}

func connect(t *testing.T) *Client {
	t.Helper()
	client, err := New(key, secret)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func cancel(t *testing.T, client *Client, url string) (*api.CancelOrderResult, error) {
	t.Helper()
	bingx, err := api.NewClientWithResponses(url, api.WithHTTPClient(client))
	if err != nil {
		t.Fatal(err)
	}
	order := api.CancelOrderRequest{Symbol: "MØTH-USDT", OrderID: new(int64(orderID))}
	return bingx.CancelOrderWithResponse(context.Background(), order)
}

func TestEachAttemptGetsANewTimestampAndSignature(t *testing.T) {
	lost := func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(2 * time.Millisecond)
		says(504, "")(w, r)
	}
	served := serve(t, lost, says(200, success))
	if _, err := cancel(t, connect(t), served.URL); err != nil {
		t.Fatal(err)
	}
	if first, second := served.timestamp(t, 0), served.timestamp(t, 1); first >= second {
		t.Errorf("stamped %s, then %s", first, second)
	}
}

func TestParametersThatAreNotSeenInJSONGoIntoTheQuery(t *testing.T) {
	served := serve(t, says(200, `{"code":100412,"msg":"Null signature"}`), says(200, success))
	if _, err := cancel(t, connect(t), served.URL); err != nil {
		t.Fatal(err)
	}
	for i, inQuery := range []bool{false, true} {
		served.timestamp(t, i)
		same(t, "in the query", served.requests[i].URL.RawQuery != "", inQuery)
		same(t, "as JSON", strings.HasPrefix(served.bodies[i], "{"), !inQuery)
		same(t, "API key", served.requests[i].Header.Get("X-BX-APIKEY"), key)
	}
}

// Calls at the same time learn it together: none takes the other back to JSON.
func TestParallelCallsGoIntoTheQueryTogether(t *testing.T) {
	var inJSON sync.WaitGroup
	inJSON.Add(2)
	served := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawQuery != "" {
			says(200, success)(w, r)
			return
		}
		inJSON.Done()
		inJSON.Wait()
		says(200, `{"code":100412,"msg":"Null signature"}`)(w, r)
	}))
	defer served.Close()
	client := connect(t)
	var calls sync.WaitGroup
	for range 2 {
		calls.Go(func() {
			if _, err := cancel(t, client, served.URL); err != nil {
				t.Error(err)
			}
		})
	}
	calls.Wait()
}

func TestOrderIDIsExactAlsoAsText(t *testing.T) {
	asText := strings.Replace(success, "1735964079647111281", `"1735964079647111281"`, 1)
	codeAsText := strings.Replace(success, `"code":0`, `"code":"0"`, 1)
	inOtherLetters := strings.Replace(success, "CANCELED", " Cancelled ", 1)
	served := serve(t, says(200, success), says(200, asText), says(200, codeAsText), says(200, inOtherLetters))
	for range 4 {
		result, err := cancel(t, connect(t), served.URL)
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
	order := values{"symbol": "MØTH-USDT", "orderId": json.Number("1735964079647111281")}
	for _, body := range []string{another, filled, open, lacking, `{"code":0,"data":null}`} {
		_, refusal := validate(operationNamed("cancelOrder"), order, answer{status: 200, body: []byte(body)})
		same(t, "row", refusal.Row.ID, "success-without-order")
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
	if _, err := cancel(t, connect(t), served.URL); err != nil {
		t.Fatal(err)
	}
	same(t, "API key with the question", served.requests[1].Header.Get("X-BX-APIKEY"), "")
	if last := served.timestamp(t, 2); last < fmt.Sprint(hourAhead) {
		t.Errorf("stamped %s", last)
	}
}

func TestAVeryLongTimeoutLeavesTimeForAnAnswer(t *testing.T) {
	late := func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(60 * time.Millisecond)
		says(200, success)(w, r)
	}
	served := serve(t, late, says(200, success))
	client := connect(t)
	client.Timeout = math.MaxInt64
	_, err := cancel(t, client, served.URL)
	same(t, "error", err, nil)
	same(t, "requests", len(served.requests), 1)
}

func TestNoRecvWindowProvesThatAnOrderIsStillOpen(t *testing.T) {
	for _, window := range []string{"-100000", "1e30", `"NaN"`} {
		served := serve(t, says(500, ""), says(200, strings.Replace(success, "CANCELED", "NEW", 1)))
		client := connect(t)
		client.Timeout = 300 * time.Millisecond
		body := strings.NewReader(`{"symbol":"MØTH-USDT","orderId":1735964079647111281,"recvWindow":` + window + `}`)
		request, err := http.NewRequest(http.MethodPost, served.URL+operationNamed("cancelOrder").Path, body)
		if err != nil {
			t.Fatal(err)
		}
		_, err = client.Do(request)
		ended, _ := errors.AsType[*Ending](err)
		same(t, "ending", ended.Kind, Unknown)
	}
}

func TestOfAnEndlessTextTheBeginningIsRead(t *testing.T) {
	body := fmt.Sprintf(`{"code":100004,"msg":"no permission%s"}`, strings.Repeat("x", longestBody/2))
	_, refusal := validate(operationNamed("cancelOrder"), nil, answer{status: 200, body: []byte(body)})
	same(t, "category", refusal.Row.Category, "permission")
	same(t, "length", len(refusal.Text), longestText)
}

func TestTimeout(t *testing.T) {
	served := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	client := connect(t)
	client.Timeout = 50 * time.Millisecond
	_, err := cancel(t, client, served.URL)
	same(t, "timeout", errors.Is(err, context.DeadlineExceeded), true)
}

func TestACallerWhoGivesUpDoesNotWaitForALock(t *testing.T) {
	client := connect(t)
	client.locks[""] = time.Now().Add(2 * time.Second)
	ctx, giveUp := context.WithCancel(context.Background())
	time.AfterFunc(20*time.Millisecond, giveUp)
	path := operationNamed("cancelOrder").Path
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://open-api.bingx.com"+path, strings.NewReader(`{"orderId":1}`))
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	_, err = client.Do(request)
	ended, _ := errors.AsType[*Ending](err)
	same(t, "ending", ended.Kind, NotSent)
	same(t, "in time", time.Since(began) < time.Second, true)
}

func TestNothingIsSentBeforeAConnectionIsTheExchanges(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	unknown := httptest.NewTLSServer(says(200, success))
	unknown.Config.ErrorLog = log.New(io.Discard, "", 0)
	defer unknown.Close()
	for _, url := range []string{"https://" + silent.Addr().String(), unknown.URL} {
		client := connect(t)
		client.Timeout = 200 * time.Millisecond
		_, err := cancel(t, client, url)
		ended, _ := errors.AsType[*Ending](err)
		same(t, "ending", ended.Kind, NotSent)
	}
}

func TestParametersThatAreNotAllowedAreNotSent(t *testing.T) {
	served := serve(t, says(200, success))
	bingx, err := api.NewClientWithResponses(served.URL, api.WithHTTPClient(connect(t)))
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
	digest := strings.Repeat("0a", 32)
	repeats := fmt.Sprintf(`{"code":100001,"msg":"signature %s of %s is wrong"}`, digest, key)
	served := serve(t, says(200, repeats), says(200, success))
	client := connect(t)
	_, err := cancel(t, client, served.URL)
	same(t, "text", err.Error(), "bingxspot: the order is refused: bingxspot: signature *** of *** is wrong")
	result, err := cancel(t, client, served.URL)
	if err != nil {
		t.Fatal(err)
	}
	noHTTP := func(w http.ResponseWriter, r *http.Request) {
		connection, _, _ := http.NewResponseController(w).Hijack()
		_, _ = fmt.Fprintf(connection, "%s-of-%s\r\n\r\n", digest, key)
		_ = connection.Close()
	}
	client.Timeout = 100 * time.Millisecond
	_, err = cancel(t, client, serve(t, noHTTP).URL)
	shown := fmt.Sprintf("%+v %#v %+v %v", client, client, *result.HTTPResponse.Request, err)
	same(t, "shown as ***", strings.Contains(shown, "***-of-***"), true)
	for _, hidden := range []string{key, secret, digest} {
		same(t, "shown", strings.Contains(shown, hidden), false)
	}
}
