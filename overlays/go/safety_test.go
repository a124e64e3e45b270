package bingxspot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bingxspot/api"
)

// A hazard is a test of safety.json.
type hazard struct {
	ID, URL, Result, Variable string
	Answer                    *struct {
		Status     int
		Headers    map[string]string
		Body, Pace string
	}
	Expected map[string]*string
}

func TestSafety(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(os.Getenv("BINGX_SPEC"), "vectors", "safety.json"))
	if err != nil {
		t.Fatal(err)
	}
	var suite struct {
		Credentials struct{ Key, Secret string }
		Groups      []struct {
			Kind  string
			Tests []hazard
		}
	}
	if err := json.Unmarshal(content, &suite); err != nil {
		t.Fatal(err)
	}
	checks := map[string]func(*testing.T, hazard, *Client){"baseUrl": checkURL, "server": survive, "proxy": bypass}
	for _, group := range suite.Groups {
		for _, test := range group.Tests {
			report.Total++
			if t.Run(test.ID, func(t *testing.T) {
				for inQuery := range int32(2) {
					client, err := New(suite.Credentials.Key, suite.Credentials.Secret)
					if err != nil {
						t.Fatal(err)
					}
					client.unseen.Store(inQuery)
					client.Timeout = 400 * time.Millisecond // it repeats and queries until its end
					checks[group.Kind](t, test, client)
				}
			}) {
				report.Passed++
			}
		}
	}
}

// count is a transport that says whether anything was sent.
type count int

func (c *count) RoundTrip(*http.Request) (*http.Response, error) {
	*c++
	return nil, errors.New("sent")
}

func checkURL(t *testing.T, test hazard, client *Client) {
	var sent count
	client.Base = &sent
	_, err := cancelAt(client, test.URL)
	_, refused := errors.AsType[*ParameterError](err)
	same(t, "refused", refused, test.Result == "refused")
	same(t, "sent", sent > 0, !refused)
	same(t, "password shown", strings.Contains(err.Error(), "hunter2"), false)
}

func survive(t *testing.T, test hazard, client *Client) {
	elsewhere := serve(t, says(200, success))
	var served *exchange
	served = serve(t, func(w http.ResponseWriter, r *http.Request) {
		if test.Answer == nil {
			<-r.Context().Done()
			return
		}
		fill := strings.NewReplacer("{signature}", served.signature(), "{elsewhere}", elsewhere.URL)
		for name, value := range test.Answer.Headers {
			w.Header().Set(name, fill.Replace(value))
		}
		w.WriteHeader(test.Answer.Status)
		said := fill.Replace(test.Answer.Body)
		for i := 0; test.Answer.Pace == "slow" && i < len(said) && r.Context().Err() == nil; i++ {
			_, _ = io.WriteString(w, said[i:i+1])
			_ = http.NewResponseController(w).Flush()
			time.Sleep(100 * time.Millisecond)
		}
		if test.Answer.Pace == "" {
			_, _ = io.WriteString(w, said)
		}
	})
	_, err := cancelAt(client, served.URL)
	served.Close()
	same(t, "sent", len(served.requests) > 0, true)
	same(t, "requests elsewhere", len(elsewhere.requests), 0)
	row, isGiven := test.Expected["row"]
	ended, isEnding := errors.AsType[*Ending](err)
	refusal, isRefusal := errors.AsType[*Error](err)
	same(t, "ended", isEnding, isGiven)
	same(t, "row", isRefusal, row != nil)
	if isRefusal {
		same(t, "row", refusal.Row.ID, *row)
	}
	shown := fmt.Sprintf("%v %+v %#v %#v %#v", err, err, err, ended, client)
	for _, hidden := range []string{served.signature(), "-key-that-nobody", "-secret-that-nobody"} {
		same(t, "shown", strings.Contains(shown, hidden), false)
	}
}

func bypass(t *testing.T, test hazard, client *Client) {
	proxy := serve(t, says(200, success))
	t.Setenv(test.Variable, proxy.URL)
	served := serve(t, says(200, strings.ReplaceAll(success, "MØTH-USDT", "BTC-USDT")))
	_, err := cancelAt(client, served.URL)
	same(t, "error", err, nil)
	same(t, "requests to the proxy", len(proxy.requests), 0)
	// Go reads the environment once in a process; so ask its rule too.
	asked, err := http.DefaultTransport.(*http.Transport).Proxy(&http.Request{URL: &url.URL{Scheme: "http", Host: "localhost:1"}})
	same(t, "proxy", asked == nil && err == nil, true)
}

func cancelAt(client *Client, url string) (*api.CancelOrderResult, error) {
	bingx, err := api.NewClientWithResponses(url, api.WithHTTPClient(client))
	if err != nil {
		return nil, err
	}
	order := api.CancelOrderRequest{Symbol: "BTC-USDT", OrderID: new(int64(orderID))}
	return bingx.CancelOrderWithResponse(context.Background(), order)
}
