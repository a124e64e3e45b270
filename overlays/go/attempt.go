package bingxspot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"time"
)

const (
	shortestAttempt = 20 * time.Millisecond // with less time left, nothing more is sent
	firstSilence    = 2 * time.Second       // how long to wait for an answer; after silence four times as long
	firstPause      = 100 * time.Millisecond
	longestPause    = 2 * time.Second
	notFoundPause   = time.Second            // each query that finds nothing is one more equal error
	longEnough      = 250 * time.Millisecond // the deadline cut an attempt with less short: it does not say what is wrong
	longestLock     = 480 * time.Second
	longestBan      = time.Hour
	mostEqualErrors = 17 // of an endpoint within longestLock: twenty would lock it
)

// banned are the statuses after which the exchange rejects every request.
var banned = []int{http.StatusForbidden, http.StatusTeapot, http.StatusTooManyRequests}

// once sends one request of an operation, as soon as nothing bars it. Without an attempt the reply was never sent.
func (c *call) once(op *operation, parameters values, knownOpen bool) *reply {
	c.waited = 0
	for until, kind := c.barred(op, knownOpen); kind != "" && c.timeLeft(); until, kind = c.barred(op, knownOpen) {
		if !until.Before(c.deadline) || kind == "nearLock" && op.Outcome.SettledBy.Operation != "" {
			return &reply{kind: kind, err: fmt.Errorf("not sent: %s until %v", kind, until)}
		}
		c.sleep(time.Until(until))
	}
	if !c.timeLeft() {
		return &reply{kind: "notSent", err: errors.New("not sent: the deadline has passed")}
	}
	patience := time.Until(c.deadline)
	if op.isRepeatable() { // else there is no other attempt
		patience = max(min(firstSilence<<(2*min(c.silent, 8)), patience/10*6), shortestAttempt)
	}
	limited, stop := context.WithTimeout(c.request.Context(), patience)
	defer stop()
	got := c.attempt(c.request.WithContext(limited), op, parameters)
	if got.err != nil && got.refusal == nil {
		c.waited = time.Since(got.sent.began)
	}
	if limited.Err() != nil {
		c.silent++
	}
	c.repaired = c.repaired && (got.kind == "clock" || !op.Signed) // after another answer, the clock may step again
	c.learn(op, got)
	if cause := op.ID + got.kind; got.err != nil && (got.refusal != nil || patience >= longEnough) {
		c.causes[cause] = got.err
	} else if got.err != nil {
		got.err = cmp.Or(c.causes[cause], got.err)
	}
	return got
}

// learn completes the kind of a reply and remembers what it says about later requests.
func (c *call) learn(op *operation, got *reply) {
	network, isNetwork := errors.AsType[*net.OpError](got.err)
	switch {
	case isNetwork && network.Op == "dial":
		got.kind = "notSent"
	case got.err != nil && got.refusal == nil:
		got.kind = "unavailable"
	case got.kind == "notOpen" && op.Outcome.Act == "read":
		got.kind = "notFound" // the exchange has one text for both
	}
	if got.refusal == nil {
		return
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	now, refusal, trip := time.Now(), got.refusal, got.sent
	if refusal.Code != 0 {
		c.meet(op.ID, refusal.Code, now)
	}
	if got.kind != "rateLimited" {
		return
	}
	at, pause, longest, name := trip.receivedAt, refusal.retryIn, longestLock, op.ID
	if known := refusal.serverTime; known != 0 { // our own clock can be wrong
		at = max(known-500, min(at, known+at-trip.sentAt))
	}
	atExchange := time.UnixMilli(at)
	if !refusal.RetryAt.IsZero() {
		pause = refusal.RetryAt.Sub(atExchange)
	}
	if slices.Contains(banned, refusal.Status) {
		longest, name = longestBan, ""
	}
	if pause <= 0 { // a time in the past, by whichever clock, is no licence to send at once
		pause = time.Second
	}
	pause = min(pause, longest)
	refusal.RetryAt, c.locks[name] = atExchange.Add(pause), later(c.locks[name], now.Add(pause))
}

// meet notes an error of an operation; so many equal ones lock it.
func (c *Client) meet(operation string, code int64, now time.Time) {
	met := fmt.Sprint(operation, code)
	times := append(c.met[met], now)
	c.met[met] = times[max(0, len(times)-mostEqualErrors):]
	if len(times) >= mostEqualErrors {
		c.nearLocks[operation] = later(c.nearLocks[operation], c.met[met][0].Add(longestLock))
	}
}

// barred returns until when a request of an operation is locked, or could meet the error that locks it; or no kind.
func (c *Client) barred(op *operation, knownOpen bool) (until time.Time, kind string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	locked, near := later(c.locks[op.ID], c.locks[""]), c.nearLocks[op.ID]
	switch now := time.Now(); {
	case now.Before(locked):
		return locked, "locked"
	case now.Before(near) && !knownOpen:
		return near, "nearLock"
	}
	return time.Time{}, ""
}

// wait waits until a new order would be visible, or the next attempt may be made.
func (c *call) wait() {
	pause := c.untilRetry()
	if c.notOpen != nil {
		pause = max(pause, seconds(c.op.Outcome.Timing.VisibleWithin)-time.Since(c.began))
	}
	c.sleep(pause + time.Millisecond)
}

// pause waits before the next request: with full jitter; the longer the call has waited, the longer; towards the deadline
// in shorter steps.
func (c *call) pause() {
	pause := time.Duration(rand.Float64() * float64(min(longestPause, firstPause+2*c.pausedFor)))
	pause = max(pause, c.pausedFor/10)
	if c.notFound != nil && c.ambiguous == nil {
		pause = max(pause, notFoundPause)
	}
	left := time.Until(c.deadline)
	pause = min(pause, max(left/2, firstPause), left)
	c.pausedFor += pause
	c.sleep(pause - c.waited) // an attempt that waited in vain was a pause itself
}

func (c *call) sleep(pause time.Duration) {
	select {
	case <-time.After(min(pause, time.Until(c.deadline))):
	case <-c.request.Context().Done():
	}
}

func later(one, other time.Time) time.Time {
	if one.Before(other) {
		return other
	}
	return one
}
