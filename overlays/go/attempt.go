package bingxspot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"time"
)

const (
	shortestAttempt = 20 * time.Millisecond // with less time left, nothing more is sent
	firstSilence    = 2 * time.Second       // how long to wait for an answer; after silence four times as long
	longestLock     = 480 * time.Second
	longestBan      = time.Hour
	mostEqualErrors = 17 // of an endpoint within longestLock: twenty would lock it
)

// A reply is what became of one request: a response with its data, or an error. The kind of an error is the category of its
// row, or notSent, locked, nearLock, late, unavailable.
type reply struct {
	response *http.Response
	data     json.RawMessage
	order    members
	err      error
	kind     string
	refusal  *Error // err, if it is one
	sent     trip
}

// unsent are the kinds for which no attempt was made.
var unsent = []string{"locked", "nearLock", "late"}

// An equal is an error of an operation.
type equal struct {
	operation string
	code      int64
}

// once sends one request of an operation, as soon as nothing bars it.
func (c *call) once(op operation, parameters Parameters, knownOpen bool) *reply {
	for until, kind := c.barred(op, knownOpen); kind != ""; until, kind = c.barred(op, knownOpen) {
		if !until.Before(c.deadline) || kind == "nearLock" && op.Outcome.SettledBy != nil {
			return &reply{kind: kind, err: fmt.Errorf("not sent: %s until %v", kind, until)}
		}
		c.sleep(time.Until(until))
	}
	left := time.Until(c.deadline)
	if left < shortestAttempt || c.request.Context().Err() != nil {
		return &reply{kind: "late", err: errors.New("not sent: the deadline has passed")}
	}
	patience := left
	if op.Outcome.Repeat != "never" { // else there is no other attempt
		patience = max(min(firstSilence<<(2*min(c.silent, 8)), left*6/10), shortestAttempt)
	}
	limited, stop := context.WithTimeout(c.request.Context(), patience)
	defer stop()
	request, body := c.request.Clone(limited), []byte(nil)
	request.Method, request.URL.Path, request.URL.RawQuery = op.Method, op.Path, ""
	if pairs, _ := Signable(parameters); op.Method == http.MethodGet {
		request.URL.RawQuery = QueryString(pairs)
	} else {
		body = []byte(JSONBody(pairs))
	}
	got := &reply{}
	got.response, got.sent, got.err = c.client.repairing(request, body, parameters)
	if limited.Err() != nil {
		c.silent++
	}
	c.learn(op, got)
	return got
}

// learn classifies a reply and remembers what it says about later requests.
func (c *call) learn(op operation, got *reply) {
	if got.err == nil {
		body, _ := io.ReadAll(got.response.Body) // it is in memory
		got.response.Body = io.NopCloser(bytes.NewReader(body))
		got.data = envelopeOf(body)["data"]
		_ = json.Unmarshal(got.data, &got.order) // a list has no members
		return
	}
	refusal, isRefusal := errors.AsType[*Error](got.err)
	if !isRefusal {
		got.kind = "unavailable"
		if network, isNetwork := errors.AsType[*net.OpError](got.err); isNetwork && network.Op == "dial" {
			got.kind = "notSent"
		}
		return
	}
	got.refusal, got.kind = refusal, refusal.Row.Category
	if got.kind == "notOpen" && op.Outcome.Act == "read" {
		got.kind = "notFound" // the exchange has one text for both
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	now := time.Now()
	if refusal.Code != 0 {
		times := append(c.met[equal{op.ID, refusal.Code}], now)
		c.met[equal{op.ID, refusal.Code}] = times[max(0, len(times)-mostEqualErrors):]
	}
	if got.kind != "rateLimited" {
		return
	}
	atExchange, pause, longest, name := time.UnixMilli(c.client.transport.clock.now()), refusal.retryIn, longestLock, op.ID
	if !refusal.RetryAt.IsZero() {
		pause = refusal.RetryAt.Sub(atExchange)
	}
	if slices.Contains(banned, refusal.Status) {
		longest, name = longestBan, ""
	}
	pause = min(max(pause, time.Second), longest)
	refusal.RetryAt, c.locks[name] = atExchange.Add(pause), later(c.locks[name], now.Add(pause))
}

// lockedUntil returns until when the exchange accepts no request of an operation.
func (r *Resolver) lockedUntil(op operation) time.Time {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return later(r.locks[op.ID], r.locks[""])
}

// barred returns until when a request of an operation is locked, or could meet the error that locks it; or no kind.
func (r *Resolver) barred(op operation, knownOpen bool) (until time.Time, kind string) {
	now := time.Now()
	if until := r.lockedUntil(op); now.Before(until) {
		return until, "locked"
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for met, times := range r.met {
		if met.operation == op.ID && len(times) == mostEqualErrors && !knownOpen {
			until = later(until, times[0].Add(longestLock))
		}
	}
	if now.Before(until) {
		return until, "nearLock"
	}
	return until, ""
}
