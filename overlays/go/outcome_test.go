package bingxspot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A behaviour is what a server does with one request, or with each until a time.
type behaviour struct {
	Answer *struct {
		Status  int
		Headers map[string]string
		Body    string
	}
	Failure string
	After   float64
	Until   *float64
}

// An outcome is a test of outcome.json.
type outcome struct {
	ID, Operation string
	Parameters    values
	Timeout       float64
	Earlier       struct {
		Operation   string
		Code, Times int64
	}
	Server   map[string][]behaviour
	Expected struct {
		Requests []struct {
			Operation, Placement string
			Parameters           values
			Earliest             float64
			Latest               *float64
		}
		More                map[string]int
		Ending, Advice, Row string
		Code, RetryAt       *int64
		Order               *struct{ OrderID, Status string }
		Lists               map[string][]string
		Earliest            float64
	}
}

// A sentRequest is a request that a scripted server got.
type sentRequest struct {
	operation, placement string
	parameters           values
	at                   time.Duration
}

// A script answers requests in virtual time by the behaviours of a test.
type script struct {
	server map[string][]behaviour
	began  time.Time
	sent   []sentRequest
}

func (s *script) RoundTrip(request *http.Request) (*http.Response, error) {
	op, at := operationOf(request), time.Since(s.began)
	inJSON := request.ContentLength > 0
	parameters, err := parametersOf(request)
	if err != nil {
		return nil, err
	}
	placement := "query"
	if inJSON {
		placement = "json"
	}
	s.sent = append(s.sent, sentRequest{op.ID, placement, parameters, at})
	left := s.server[op.ID]
	for len(left) > 1 && left[0].Until != nil && at >= seconds(*left[0].Until) {
		left = left[1:]
	}
	does := left[0]
	if len(left) > 1 && does.Until == nil {
		left = left[1:]
	}
	s.server[op.ID] = left
	wait := time.After(seconds(does.After))
	if does.Failure == "silence" {
		wait = nil
	}
	select {
	case <-wait:
	case <-request.Context().Done():
		return nil, request.Context().Err()
	}
	switch does.Failure {
	case "unreached":
		return nil, &net.OpError{Op: "dial", Err: errors.New("connection refused")}
	case "reset":
		return nil, &net.OpError{Op: "read", Err: errors.New("connection reset by peer")}
	}
	header := http.Header{}
	for name, value := range does.Answer.Headers {
		header.Set(name, value)
	}
	return &http.Response{StatusCode: does.Answer.Status, Header: header, Body: io.NopCloser(strings.NewReader(does.Answer.Body))}, nil
}

func TestOutcomes(t *testing.T) {
	var suite struct {
		NumberOfTests int
		Begin         int64
		Groups        []struct{ Tests []outcome }
	}
	readVectors(t, "outcome.json", &suite)
	for _, group := range suite.Groups {
		for _, test := range group.Tests {
			report.Outcomes.Total++
			if t.Run(test.ID, func(t *testing.T) { synctest.Test(t, func(t *testing.T) { test.check(t, suite.Begin) }) }) {
				report.Outcomes.Passed++
			}
		}
	}
	same(t, "numberOfTests", report.Outcomes.Total, suite.NumberOfTests)
}

func (o outcome) check(t *testing.T, begin int64) {
	time.Sleep(time.Until(time.UnixMilli(begin)))
	defer func(before time.Time) { started = before }(started)
	started = time.Now()
	server := &script{server: o.Server, began: started}
	client := connect(t)
	client.Base = server
	client.Timeout = seconds(o.Timeout)
	for range o.Earlier.Times {
		client.meet(o.Earlier.Operation, o.Earlier.Code, time.Now())
	}
	op := operationNamed(o.Operation)
	pairs, err := signable(o.Parameters)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(context.Background(), op.Method, "https://open-api.bingx.com"+op.Path, strings.NewReader(jsonBody(pairs)))
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	took := time.Since(server.began)
	if took > client.Timeout || took < seconds(o.Expected.Earliest) {
		t.Errorf("ended after %v: %v", took, err)
	}
	shown := fmt.Sprintf("%v %+v %#v %+v", err, err, err, client)
	same(t, "shown", strings.Contains(shown, key) || strings.Contains(shown, secret) || likeSignature.MatchString(shown), false)
	o.checkRequests(t, server.sent)
	o.checkEnding(t, op, response, err)
}

// What a real connection does is told apart: it breaks, or there is none.
func TestCallsOverSockets(t *testing.T) {
	breaks := func(w http.ResponseWriter, _ *http.Request) {
		connection, _, _ := http.NewResponseController(w).Hijack()
		_ = connection.Close()
	}
	served := serve(t, breaks, says(200, success))
	if _, err := cancel(t, connect(t), served.URL); err != nil {
		t.Fatal(err)
	}
	served.Close()
	same(t, "requests", len(served.requests), 2)
	client := connect(t)
	client.Timeout = 300 * time.Millisecond
	_, err := cancel(t, client, served.URL)
	ended, _ := errors.AsType[*Ending](err)
	same(t, "ending", ended.Kind, NotSent)
	_, err = cancel(t, client, serve(t, breaks).URL)
	ended, _ = errors.AsType[*Ending](err)
	same(t, "ending", ended.Kind, Unknown)
	// What the contract does not describe is sent once: it could place an order.
	served = serve(t, breaks)
	request, err := http.NewRequest(http.MethodPost, served.URL+"/openApi/spot/v1/trade/undescribed", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Do(request)
	ended, _ = errors.AsType[*Ending](err)
	same(t, "ending", ended.Kind, Unknown)
	served.Close()
	same(t, "requests", len(served.requests), 1)
}

func (o outcome) checkRequests(t *testing.T, sent []sentRequest) {
	for i, got := range sent {
		if i >= len(o.Expected.Requests) {
			o.Expected.More[got.operation]--
			if o.Expected.More[got.operation] < 0 {
				t.Errorf("request %d is %s", i, got.operation)
			}
			continue
		}
		want := o.Expected.Requests[i]
		if want.Operation != got.operation || want.Placement != "" && want.Placement != got.placement {
			t.Errorf("request %d is %s as %s", i, got.operation, got.placement)
		}
		for name, value := range want.Parameters {
			same(t, name, fmt.Sprint(got.parameters[name]), fmt.Sprint(value))
		}
		if got.at < seconds(want.Earliest) || want.Latest != nil && got.at > seconds(*want.Latest) {
			t.Errorf("request %d is sent after %v", i, got.at)
		}
	}
	if len(sent) < len(o.Expected.Requests) {
		t.Errorf("only %d requests", len(sent))
	}
}

func (o outcome) checkEnding(t *testing.T, op *operation, response *http.Response, err error) {
	want := o.Expected
	if err == nil {
		ending := "done"
		if op.Outcome.Act == "cancel" && op.Answer.Items == nil {
			ending = "canceled"
		}
		same(t, "ending", ending, want.Ending)
		same(t, "advice", "nothing", want.Advice)
		body, _ := io.ReadAll(response.Body)
		data, _ := readObject(body)["data"].(values)
		o.checkOrder(t, data)
		for name, ids := range want.Lists {
			got := []string{}
			for _, order := range (&list{In: name}).orders(data) {
				got = append(got, text(order["orderId"]))
			}
			slices.Sort(got)
			same(t, name, strings.Join(got, ","), strings.Join(ids, ","))
		}
		return
	}
	ended, isEnding := errors.AsType[*Ending](err)
	if !isEnding {
		t.Fatal(err)
	}
	same(t, "ending", string(ended.Kind), want.Ending)
	same(t, "advice", ended.Advice, want.Advice)
	o.checkOrder(t, ended.Order)
	refusal, isRefusal := errors.AsType[*Error](err)
	if isRefusal || want.Row != "" {
		if want.Row != "" {
			same(t, "row", refusal.Row.ID, want.Row)
		}
		if want.Code != nil {
			same(t, "code", refusal.Code, *want.Code)
		}
		if want.RetryAt != nil {
			same(t, "retryAt", milliseconds(refusal.RetryAt), strconv.FormatInt(*want.RetryAt, 10))
		}
	}
}

func (o outcome) checkOrder(t *testing.T, order values) {
	if o.Expected.Order != nil {
		same(t, "orderId", text(order["orderId"]), o.Expected.Order.OrderID)
		same(t, "status", text(order["status"]), o.Expected.Order.Status)
	}
}
