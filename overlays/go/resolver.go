package bingxspot

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"
)

const (
	firstPause        = 100 * time.Millisecond
	longestPause      = 2 * time.Second
	notFoundPause     = time.Second // each query that finds nothing is one more equal error
	timeToRead        = time.Second // left for the read that proves an order open
	defaultRecvWindow = 5 * time.Second
)

// A Resolver makes whole calls: it repeats what may be repeated, and asks the exchange until the outcome is certain or the
// time is over. It is oapi-codegen's HttpRequestDoer, and safe for use by several goroutines.
//
// It promises: a call returns no error only if the order is cancelled and a request of this call may have done it; any
// other end is an [Ending] whose Kind is true whatever the exchange does within the contract's timing, [Unknown] rather
// than a guess; after a doubt only what cannot do harm is sent again; the call ends by its deadline, after at most six
// requests of the operation. It waits out a lock of the exchange, but it does not keep the rate limits: the caller must.
type Resolver struct {
	// Timeout ends each call; ten seconds by default. The context of a request may end it earlier.
	Timeout time.Duration

	client *Client
	mutex  sync.Mutex
	locks  map[string]time.Time // by operation; all of them under the empty name
	met    map[equal][]time.Time
}

// NewResolver returns a resolver whose requests this transport signs.
func NewResolver(transport *Transport) *Resolver {
	client := NewClient(transport)
	client.HTTP.Timeout = 0 // the call's deadline bounds each request
	return &Resolver{Timeout: 10 * time.Second, client: client, locks: map[string]time.Time{}, met: map[equal][]time.Time{}}
}

// A call is what is known of a call.
type call struct {
	*Resolver
	request                           *http.Request
	op                                operation
	parameters, original              Parameters
	began, deadline                   time.Time
	timeout, elapsed                  time.Duration
	success, last, ambiguous, notOpen *reply // the last one is of the operation
	read                              *reply // that has stated the order
	state                             orderState
	attempts, refusals, queries       int
	stands, queried, refusedByID      bool
	refusedAfter, notFoundAfter       time.Duration
	notFound, provenOpen, nearLock    bool
	timeLeft, canOpen, canQueryInTime bool
	idInDoubt, costsProof             bool
	orderID                           int64 // that a query has named
	ambiguousUntil                    time.Time
	ambiguousUntilMS                  int64 // by the exchange's clock
	pauses, silent                    int
	pausedFor                         time.Duration
	done                              *http.Response
	err                               error
}

// Do makes the call of a generated client. Its error is a [ParameterError], if nothing was sent, or an [Ending].
func (r *Resolver) Do(request *http.Request) (*http.Response, error) {
	body, err := readBody(request)
	if err != nil {
		return nil, err
	}
	parameters, err := parametersOf(request, body)
	if err == nil {
		_, err = Signable(parameters)
	}
	if err = cmp.Or(err, checkOrigin(request.URL)); err != nil {
		return nil, err
	}
	now := time.Now()
	c := &call{Resolver: r, request: request, op: operationOf(request), parameters: parameters, original: parameters, canQueryInTime: true}
	c.began, c.deadline = now, now.Add(r.Timeout)
	if limit, limited := request.Context().Deadline(); limited && limit.Before(c.deadline) {
		c.deadline = limit
	}
	c.timeout = c.deadline.Sub(now)
	for c.done == nil && c.err == nil {
		c.look()
		c.next()()
	}
	return c.done, c.err
}

// look brings the facts about time up to date.
func (c *call) look() {
	c.elapsed = time.Since(c.began)
	c.timeLeft = time.Until(c.deadline) >= shortestAttempt && c.request.Context().Err() == nil
	c.canOpen = c.lockedUntil(c.op).Before(c.deadline)
	if !c.canSettle() {
		return
	}
	c.canQueryInTime = c.canQueryInTime && c.lockedUntil(c.settling()).Before(c.deadline)
	// Whether there is time left to prove the order open, but not after one more request.
	latest := c.deadline.Add(-seconds(c.op.Outcome.Timing.ReadsLag) - timeToRead)
	provable := c.provenOpen || c.ambiguous != nil && c.ambiguousUntil.Before(latest)
	c.costsProof = c.state == open && provable && !time.Now().Add(c.pausedFor/10+c.recvWindow()+c.toEffect()).Before(latest)
}

func (c *call) settling() operation { return operationNamed(c.op.Outcome.SettledBy.Operation) }

// send sends the operation, and once more if the server has not seen the parameters, and notes the reply.
func (c *call) send() {
	if c.last != nil {
		c.pause()
	}
	got := c.once(c.op, c.parameters, c.state == open && c.queried)
	for got.err != nil {
		c.noteError(got)
		unseen := got.refusal != nil && c.op.Method != http.MethodGet && slices.Contains(unseenRows, got.refusal.Row.ID)
		if c.attempts >= mostAttempts || !unseen || !c.client.transport.fallBack() {
			return
		}
		got = c.once(c.op, c.parameters, false)
	}
	c.success = got
	items, outcome := c.op.Answer.Items, c.op.Outcome
	// Whether the success tells what the call did, whichever of its requests was executed.
	c.stands = outcome.Repeat == "same-answer" || outcome.Act == "read" || items == nil && len(c.op.Answer.Requires) > 0 ||
		items != nil && len(items.Accounts) > 0 && len(items.Failures.orders(got.data)) == 0
}

func (c *call) noteError(got *reply) {
	isSent := !slices.Contains(unsent, got.kind)
	// Of a read, an answer says more than that there was no time for another one.
	if isSent || c.last == nil || c.op.Outcome.Act != "read" {
		c.last = got
	}
	if isSent {
		c.attempts++
	}
	c.queried, c.nearLock = false, got.kind == "nearLock"
	switch {
	case got.kind == "unavailable" && c.op.Outcome.Act != "read":
		c.ambiguous = got
		c.ambiguousUntil = later(c.ambiguousUntil, got.sent.began.Add(c.recvWindow()+c.toEffect()))
		c.ambiguousUntilMS = max(c.ambiguousUntilMS, got.sent.sentAt+c.toEffect().Milliseconds())
		c.usePermanentID(got.refusal.named())
	case got.kind == "notOpen" || got.kind == "notFound":
		c.refusals++
		c.notOpen, c.refusedByID, c.refusedAfter = got, c.byPermanentID(), got.sent.began.Sub(c.began)
	}
}

// query queries the order once and notes what it says.
func (c *call) query() {
	if c.queried {
		c.pause()
	}
	parameters := c.parameters
	if c.idInDoubt {
		parameters = c.original
	}
	got := c.once(c.settling(), c.queryFor(parameters), c.ambiguous != nil && c.queries == 0)
	c.queried = true
	switch got.kind {
	case "locked", "nearLock", "late":
		c.canQueryInTime = false
		return
	case "":
		c.noteRead(got)
	case "notFound":
		// An order that a query has named exists: a replica lags that does not find it.
		if c.orderID == 0 {
			c.notFound, c.notFoundAfter = true, got.sent.began.Sub(c.began)
			// Nor is an id certain that only an unbelieved answer has named.
			_, given := c.original[c.op.PermanentID]
			c.idInDoubt = !given && c.byPermanentID()
		}
	default:
		c.usePermanentID(got.refusal.named())
	}
	c.queries++
}

// queryFor returns the parameters of the query that settles a call with these parameters.
func (c *call) queryFor(parameters Parameters) Parameters {
	asked := Parameters{}
	for name, own := range c.op.Outcome.SettledBy.With {
		if value, given := parameters[own]; given {
			asked[name] = value
		}
	}
	if window, given := parameters["recvWindow"]; given {
		asked["recvWindow"] = window
	}
	return asked
}

func (c *call) noteRead(got *reply) {
	if !c.op.isSameOrder(c.original, got.order) {
		c.parameters = c.original // an answer named this order id, and it belongs to another order
		return
	}
	named, _ := integer(got.order[c.op.PermanentID])
	if c.idInDoubt && fmt.Sprint(named) != fmt.Sprint(c.parameters[c.op.PermanentID]) {
		return // another order by the same client order id, or an id that was garbled
	}
	c.orderID, c.idInDoubt, c.notFound = named, false, false
	c.usePermanentID(named)
	state := c.op.Outcome.States.state(got.order)
	if state == unclear {
		return
	}
	c.state, c.read = state, got
	if state == open && (c.ambiguous != nil || c.notOpen != nil) && c.isYoung(got) {
		c.ambiguous, c.notOpen, c.provenOpen = nil, nil, true
	}
}

// isYoung tells whether a read shows what every request of the call has done: none could take effect after the moment that
// it may show at the earliest.
func (c *call) isYoung(read *reply) bool {
	shown := read.sent.began.Add(-seconds(c.op.Outcome.Timing.ReadsLag))
	atExchange := c.client.transport.clock.now() - time.Since(shown).Milliseconds()
	return !shown.Before(later(c.ambiguousUntil, c.began.Add(c.refusedAfter))) && atExchange >= c.ambiguousUntilMS-1
}

// toEffect returns for how long after its timestamp a request may still take effect, by the exchange's clock. By
// ours it is recvWindow longer: the exchange accepts a clock that is ahead by as much.
func (c *call) toEffect() time.Duration {
	if c.op.Outcome.Timing == nil {
		return c.recvWindow()
	}
	return c.recvWindow() + seconds(c.op.Outcome.Timing.TakesEffectWithin)
}

func (c *call) recvWindow() time.Duration {
	if given, err := json.Number(fmt.Sprint(c.parameters["recvWindow"])).Float64(); err == nil {
		return seconds(given / 1000)
	}
	return defaultRecvWindow
}

// usePermanentID names the order by its permanent id from now on, once an answer has named it.
func (c *call) usePermanentID(id int64) {
	if id == 0 || c.byPermanentID() {
		return
	}
	named := Parameters{c.op.PermanentID: json.Number(fmt.Sprint(id))}
	for name, value := range c.parameters {
		if !slices.Contains(c.op.ExactlyOneOf, name) {
			named[name] = value
		}
	}
	c.parameters = named
}

// wait waits until a new order would be visible, or the next attempt may be made.
func (c *call) wait() {
	pause := c.untilRetry()
	if c.notOpen != nil {
		pause = max(pause, seconds(c.op.Outcome.Timing.VisibleWithin)-c.elapsed)
	}
	c.sleep(pause + time.Millisecond)
}

// pause waits before the next request: with full jitter; the longer the call has waited, the longer; towards the deadline
// in shorter steps.
func (c *call) pause() {
	pause := time.Duration(rand.Float64() * float64(min(longestPause, firstPause<<min(c.pauses, 10))))
	pause = max(pause, c.pausedFor/10)
	if c.notFound && c.ambiguous == nil {
		pause = max(pause, notFoundPause)
	}
	pause = min(pause, max(time.Until(c.deadline)/2, firstPause))
	c.pauses, c.pausedFor = c.pauses+1, c.pausedFor+pause
	c.sleep(pause)
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

func seconds(number float64) time.Duration { return time.Duration(number * float64(time.Second)) }
