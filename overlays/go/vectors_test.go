package bingxspot

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"bingxspot/api"
)

// A vector is a test of any of the files in spec/vectors; the schemas beside them describe it.
type vector struct {
	ID         string
	Result     string
	Parameters values
	NotJSON    map[string]string
	Refusal    struct{ Parameter string }

	Canonical, Signature, JSON, Query, Form string

	// Fields are those of the typed result, as text.
	Fields map[string]string

	Operation string
	Before    struct {
		Offset, OffsetNow int64
		Repaired          bool
	}
	SentAt, ReceivedAt int64
	Answer             struct {
		Status  int
		Headers map[string]string
		Body    string
	}
	Expected struct {
		Row, Category, Order string
		RetryAt, ServerTime  *int64
		Offset               int64
		Ask, Again           bool
	}
}

// report is what conformance.sh prints in the end.
var report struct {
	Language  string `json:"language"`
	Generator string `json:"generator"`
	Passed    int    `json:"passed"`
	Total     int    `json:"total"`
	Skipped   int    `json:"skipped"`
	Outcomes  struct {
		Passed int `json:"passed"`
		Total  int `json:"total"`
	} `json:"outcomes"`
	OrderID *string `json:"orderId"`
	Status  *string `json:"status"`
}

func TestMain(m *testing.M) {
	code := m.Run()
	report.Language, report.Generator = "Go", os.Getenv("GENERATOR")
	text, err := json.Marshal(report)
	if err = errors.Join(err, os.WriteFile("conformance.json", append(text, '\n'), 0o600)); err != nil {
		panic(err)
	}
	os.Exit(code)
}

// notJSON are values that JSON cannot carry. Half of a surrogate pair is no UTF-8, which a Go string can hold.
var notJSON = map[string]any{
	"NaN": json.Number("NaN"), "Infinity": json.Number("Inf"), "-Infinity": json.Number("-Inf"),
	"HighSurrogate": "a\xed\xa0\xbd", "LowSurrogate": "a\xed\xb0\xb6",
}

func TestSigning(t *testing.T) {
	each(t, "signing.json", func(t *testing.T, v vector, secret string) {
		for name, kind := range v.NotJSON {
			v.Parameters[name] = notJSON[kind]
		}
		pairs, err := signable(v.Parameters)
		if v.Result == "refused" {
			refusal, _ := errors.AsType[*ParameterError](err)
			if refusal == nil || refusal.Parameter != v.Refusal.Parameter {
				t.Fatalf("refusal: got %v, want one of %q", err, v.Refusal.Parameter)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		sent := signed(pairs, secret)
		same(t, "canonical", canonical(pairs), v.Canonical)
		same(t, "signature", sent[len(pairs)].text, v.Signature)
		same(t, "json", jsonBody(sent), v.JSON)
		same(t, "query", queryString(sent), v.Query)
		same(t, "form", queryString(sent), v.Form)
	})
}

func TestAnswers(t *testing.T) {
	each(t, "answers.json", func(t *testing.T, v vector, _ string) {
		op := operationNamed(cmp.Or(v.Operation, "cancelOrder"))
		_, refusal := validate(op, values{"orderId": json.Number("1")}, v.answer())
		if refusal == nil {
			t.Fatal("believed")
		}
		same(t, "row", refusal.Row.ID, v.Expected.Row)
		same(t, "category", refusal.Row.Category, v.Expected.Category)
		same(t, "order", refusal.Row.Order, v.Expected.Order)
		same(t, "retryAt", milliseconds(refusal.RetryAt), orNull(v.Expected.RetryAt))
	})
}

func TestClock(t *testing.T) {
	each(t, "clock.json", func(t *testing.T, v vector, _ string) {
		var client clock
		client.offset.Store(v.Before.OffsetNow)
		sent := trip{offset: v.Before.Offset, sentAt: v.SentAt, receivedAt: v.ReceivedAt}
		envelope, refusal := validate(operationNamed(v.Operation), nil, v.answer())
		var ask, again bool
		var answered int64
		if refusal == nil || v.Operation == exchangeTime.Operation {
			if data, _ := envelope["data"].(values); refusal == nil {
				answered, _ = integer(data[exchangeTime.Field])
			}
			again = client.learn(answered, sent)
		} else if answered = refusal.serverTime; refusal.Row.Category == "clock" && !v.Before.Repaired {
			ask = client.mustAsk(refusal, sent)
			again = !ask && client.learn(answered, sent)
		}
		same(t, "again", again, v.Expected.Again)
		same(t, "ask", ask, v.Expected.Ask)
		same(t, "offset", client.offset.Load(), v.Expected.Offset)
		// Null also if the time is not read.
		if v.Expected.ServerTime != nil {
			same(t, "serverTime", answered, *v.Expected.ServerTime)
		}
	})
}

// models returns an empty result of a generated call.
var models = map[string]func() any{
	"cancelOpenOrders": func() any { return new(api.CancelOpenOrdersResponse) },
	"cancelOrder":      func() any { return new(api.CancelOrderResponse) },
	"openOrders":       func() any { return new(api.OrdersResponse) },
	"queryOrder":       func() any { return new(api.QueryOrderResponse) },
}

func TestParse(t *testing.T) {
	each(t, "parse.json", func(t *testing.T, v vector, _ string) {
		envelope, refusal := validate(operationNamed(v.Operation), v.Parameters, v.answer())
		if refusal != nil {
			t.Fatal(refusal)
		}
		typed := models[v.Operation]()
		body := responseWith(&reply{envelope: envelope}, nil).Body
		if err := json.NewDecoder(body).Decode(typed); err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(typed)
		if err != nil {
			t.Fatal(err)
		}
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		var plain map[string]any
		if err := decoder.Decode(&plain); err != nil {
			t.Fatal(err)
		}
		for path, want := range v.Fields {
			value := plain["data"]
			for step := range strings.SplitSeq(path, ".") {
				if list, isList := value.([]any); isList {
					i, _ := strconv.Atoi(step)
					value = list[i]
				} else {
					value = value.(map[string]any)[step]
				}
			}
			same(t, path, fmt.Sprint(value), want)
		}
	})
}

// TestCancel cancels an order where BINGX_URL names an exchange.
func TestCancel(t *testing.T) {
	url, orderID := os.Getenv("BINGX_URL"), os.Getenv("BINGX_ORDER_ID")
	if url == "" {
		t.Skip("no BINGX_URL")
	}
	client, err := New(os.Getenv("BINGX_API_KEY"), os.Getenv("BINGX_API_SECRET"))
	if err != nil {
		t.Fatal(err)
	}
	bingx, err := api.NewClientWithResponses(url, api.WithHTTPClient(client))
	if err != nil {
		t.Fatal(err)
	}
	id, err := strconv.ParseInt(orderID, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	body := api.CancelOrderRequest{Symbol: os.Getenv("BINGX_SYMBOL"), OrderID: &id}
	result, err := bingx.CancelOrderWithResponse(context.Background(), body)
	if err != nil {
		t.Fatal(err)
	}
	order := result.JSON200.Data
	report.OrderID, report.Status = new(strconv.FormatInt(*order.OrderID, 10)), order.Status
	same(t, "orderId", *report.OrderID, orderID)
	same(t, "status", *report.Status, "CANCELED")
}

// each runs check for every vector of a file, as a test of its own.
func each(t *testing.T, file string, check func(t *testing.T, v vector, secret string)) {
	var suite struct {
		NumberOfTests int
		Groups        []struct {
			Secret string
			Tests  []vector
		}
	}
	readVectors(t, file, &suite)
	held := 0
	for _, group := range suite.Groups {
		for _, v := range group.Tests {
			held++
			report.Total++
			if t.Run(v.ID, func(t *testing.T) { check(t, v, group.Secret) }) {
				report.Passed++
			}
		}
	}
	same(t, "numberOfTests", held, suite.NumberOfTests)
}

// readVectors decodes a file of vectors, numbers as their text.
func readVectors(t *testing.T, file string, suite any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(os.Getenv("BINGX_SPEC"), "vectors", file))
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(suite); err != nil {
		t.Fatal(err)
	}
}

func same[V comparable](t *testing.T, stage string, got, want V) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: got %#v, want %#v", stage, got, want)
	}
}

func (v vector) answer() answer {
	header := http.Header{}
	for name, value := range v.Answer.Headers {
		header.Set(name, value)
	}
	return answer{v.Answer.Status, header, []byte(v.Answer.Body)}
}

func milliseconds(at time.Time) string {
	if at.IsZero() {
		return "null"
	}
	return fmt.Sprint(at.UnixMilli())
}

func orNull(number *int64) string {
	if number == nil {
		return "null"
	}
	return fmt.Sprint(*number)
}
