package bingxspot

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	timeToRead        = time.Second // left for the read that proves an order open
	defaultRecvWindow = 5 * time.Second
	longestRecvWindow = 86_400_000 // milliseconds, a day; the exchange accepts a minute
)

// unseenRows are those of a server that has not seen the parameters where they were.
var unseenRows = []string{"signature-missing", "parameter-missing", "timestamp-null", "http-media-type"}

// A call is what is known of a call.
type call struct {
	*Client
	request                           *http.Request
	op                                *operation
	parameters, original              values
	began, deadline                   time.Time
	success, last, ambiguous, notOpen *reply // the last one is of the operation
	read, notFound                    *reply // of queries: that has stated the order, that found none
	state                             EndingKind
	attempts, refusals, queries       int
	queried, refusedByID, provenOpen  bool
	nearLock, isNamed                 bool  // isNamed: by a query
	unconfirmedID                     int64 // of an order that only unbelieved answers have named: it may be another's
	isUnconfirmedIDLost               bool  // a query by it found no order
	repaired, answered                bool  // the clock; by a query since the last request of the operation
	causes                            map[string]error
	recvWindow, toEffect              time.Duration // toEffect: from a timestamp until it can take no effect any more
	ambiguousUntil                    time.Time
	ambiguousUntilMS                  int64 // by the exchange's clock
	silent                            int
	pausedFor, waited                 time.Duration
	response                          *http.Response
	err                               error
}

// Do makes the call of a generated client. Its error is a [ParameterError], if nothing was sent, or an [Ending].
//
// It returns no error only if the order is cancelled and a request of this call may have done it. The Kind of an Ending is
// true whatever the exchange does within the contract's timing, [Unknown] rather than a guess. After a doubt only what
// cannot do harm is sent again. The call ends by its deadline, after at most six requests of the operation. It waits out a
// lock of the exchange, but it does not keep the rate limits: the caller must.
func (c *Client) Do(request *http.Request) (*http.Response, error) {
	parameters, err := parametersOf(request)
	if err = cmp.Or(err, checkOrigin(request.URL)); err != nil {
		return nil, err
	}
	made := &call{Client: c, request: request, op: operationOf(request), parameters: parameters, original: parameters, causes: map[string]error{}}
	made.began = time.Now()
	made.deadline = made.began.Add(c.Timeout)
	if limit, isLimited := request.Context().Deadline(); isLimited && limit.Before(made.deadline) {
		made.deadline = limit
	}
	made.recvWindow = defaultRecvWindow
	if given, err := json.Number(text(parameters["recvWindow"])).Float64(); err == nil && given > 0 {
		made.recvWindow = seconds(min(given, longestRecvWindow) / 1000)
	}
	made.toEffect = made.recvWindow + seconds(made.op.Outcome.Timing.TakesEffectWithin)
	for made.response == nil && made.err == nil {
		made.step()
	}
	return made.response, made.err
}

func (c *call) done(got *reply) { c.response = responseWith(got, c.request) }

func (c *call) settling() *operation { return operationNamed(c.op.Outcome.SettledBy.Operation) }

// send sends the operation, and once more if the server has not seen the parameters, and notes the reply.
func (c *call) send() {
	if c.last != nil {
		c.pause()
	}
	isKnownOpen := c.state == StillOpen && c.queried
	for {
		got := c.once(c.op, c.parameters, isKnownOpen)
		if got.err == nil {
			c.success = got
			return
		}
		c.noteError(got)
		if c.attempts >= c.mostAttempts() || !c.repairs(c.op, got) {
			return
		}
	}
}

// repairs repairs the cause of a refusal, if it can, and tells whether the request may be sent again at once.
func (c *call) repairs(op *operation, got *reply) bool {
	switch {
	case got.refusal == nil:
		return false
	case got.kind == "clock" && !c.repaired:
		c.repaired = true
		serverTime, answered := got.refusal.serverTime, got.sent
		if c.clock.mustAsk(got.refusal, got.sent) {
			asked := c.once(operationNamed(exchangeTime.Operation), nil, false)
			serverTime, _ = integer(asked.order[exchangeTime.Field])
			answered = asked.sent
			answered.offset = got.sent.offset
		}
		if c.clock.learn(serverTime, answered) {
			return true
		}
	}
	if op.Method == http.MethodGet || !slices.Contains(unseenRows, got.refusal.Row.ID) {
		return false
	}
	c.unseen.CompareAndSwap(got.sent.unseen, got.sent.unseen+1)
	return got.sent.unseen == 0 && c.unseen.Load() == 1 // public clients send a query string
}

// ask sends the query that settles, and once more if that repairs it.
func (c *call) ask(parameters values, knownOpen bool) *reply {
	got := c.once(c.settling(), parameters, knownOpen)
	if !got.sent.began.IsZero() {
		c.queries++
	}
	if c.repairs(c.settling(), got) {
		got = c.once(c.settling(), parameters, false)
	}
	return got
}

// stands tells whether the success says what the call did, whichever of its requests was executed.
func (c *call) stands() bool {
	items, outcome := c.op.Answer.Items, c.op.Outcome
	return outcome.Repeat == "same-answer" || outcome.Act == "read" || items == nil && len(c.op.Answer.Requires) > 0 ||
		items != nil && len(items.Accounts) > 0 && len(items.Failures.orders(c.success.order)) == 0
}

func (c *call) noteError(got *reply) {
	isSent := !got.sent.began.IsZero()
	// Of a read, an answer says more than that there was no time for another one.
	if isSent || c.last == nil || c.op.Outcome.Act != "read" {
		c.last = got
	}
	if isSent {
		c.attempts++
	}
	c.queried, c.answered, c.nearLock = false, false, got.kind == "nearLock"
	switch {
	case got.kind == "unavailable" && c.op.Outcome.Act != "read":
		c.ambiguous = got
		// By our clock it is recvWindow more: the exchange accepts one that is ahead by as much.
		c.ambiguousUntil = got.sent.began.Add(c.recvWindow + c.toEffect)
		c.ambiguousUntilMS = max(c.ambiguousUntilMS, got.sent.sentAt+c.toEffect.Milliseconds())
		c.noteUnconfirmed(got)
	case got.kind == "notOpen" || got.kind == "notFound":
		c.refusals++
		c.notOpen, c.refusedByID = got, c.byPermanentID()
	}
}

// query queries the order once and notes what it says.
func (c *call) query() {
	if c.queried {
		c.pause()
	}
	parameters := c.parameters
	if c.unconfirmedID != 0 && !c.isUnconfirmedIDLost {
		parameters = c.namedBy(c.unconfirmedID)
	}
	got := c.ask(c.queryFor(parameters), c.mayAskNearLock())
	c.queried = true
	switch {
	case got.err == nil:
		c.answered = true
		c.noteRead(got)
	case got.kind != "notFound" && !c.isOfAnotherPair(got):
		if parameters[c.op.PermanentID] == nil {
			c.noteUnconfirmed(got)
		}
	case !c.isNamed: // else the order exists: a replica lags that does not find it
		c.notFound = got
		c.isUnconfirmedIDLost = c.unconfirmedID != 0
	}
}

// queryFor returns the parameters of the query that settles a call with these parameters.
func (c *call) queryFor(parameters values) values {
	asked := values{}
	for name, own := range c.op.Outcome.SettledBy.With {
		asked[name] = parameters[own]
	}
	asked["recvWindow"] = parameters["recvWindow"]
	maps.DeleteFunc(asked, func(_ string, value any) bool { return value == nil })
	return asked
}

func (c *call) noteRead(got *reply) {
	if !c.isSameOrder(got.order) {
		// An answer named this order id, and it belongs to another order.
		c.parameters, c.unconfirmedID, c.isUnconfirmedIDLost = c.original, 0, false
		return
	}
	id := c.idIn(got)
	if c.isUnconfirmedIDLost && id != c.unconfirmedID {
		return // another order by the same client order id, or an id that was garbled
	}
	c.parameters, c.isNamed = c.namedBy(id), true
	c.unconfirmedID, c.isUnconfirmedIDLost, c.notFound = 0, false, nil
	state := c.op.Outcome.States.of(got.order)
	if state == "" {
		return
	}
	c.state, c.read = state, got
	if state == StillOpen && (c.ambiguous != nil || c.notOpen != nil) && c.isYoung(got) {
		c.ambiguous, c.notOpen, c.provenOpen = nil, nil, true
	}
}

// queryEach queries each order of the call in rounds, and ends it with the answer that this proves.
func (c *call) queryEach() {
	parameter, own := "", ""
	for name, mine := range c.op.Outcome.SettledBy.Each {
		if c.parameters[mine] != nil {
			parameter, own = name, mine
		}
	}
	lists := map[bool][]values{true: {}, false: {}} // cancelled or not
	left, items := slices.Compact(slices.Sorted(strings.SplitSeq(text(c.parameters[own]), ","))), c.op.Answer.Items
	if c.success != nil { // what it says is cancelled is so, whatever a read that lags shows
		lists[true] = items.orders(c.success.order)
		left = slices.DeleteFunc(left, func(id string) bool { return items.names(lists[true], own, id) })
	}
	for len(left) > 0 && c.canQuery() {
		left = slices.DeleteFunc(left, func(id string) bool {
			asked := c.queryFor(c.parameters)
			asked[parameter] = id
			got := c.ask(asked, false)
			state := c.op.Outcome.States.of(got.order)
			if state == "" || state == StillOpen && !c.isYoung(got) {
				return false
			}
			isCanceled, named := state == AlreadyCanceled, c.settling().PermanentID
			if !isCanceled { // that list has ids as text
				got.order[named] = text(got.order[named])
			}
			if parameter != named {
				got.order[parameter] = id
			}
			lists[isCanceled] = append(lists[isCanceled], got.order)
			return true
		})
		c.pause()
	}
	if len(left) > 0 {
		err := fmt.Errorf("orders %s: %w", strings.Join(left, ", "), c.ambiguous.err)
		c.err = &Ending{Kind: Unknown, Advice: "queryEach", Err: err}
		return
	}
	data := values{items.In: lists[true], items.Failures.In: lists[false]}
	c.done(&reply{envelope: values{"code": json.Number("0"), "msg": "", "data": data}})
}

// of returns the state of an order. All but StillOpen are final; that can be stale. A word that is not listed says nothing.
func (s states) of(order values) EndingKind {
	kinds := map[EndingKind][]string{AlreadyCanceled: s.Canceled, Filled: s.Filled, Failed: s.Failed, StillOpen: s.Open}
	for kind, words := range kinds {
		isContradiction := kind == AlreadyCanceled && s.isExecuted(order)
		if isOneOf(order[s.Field], words) && !isContradiction {
			return kind
		}
	}
	return ""
}

// isYoung tells whether a read shows what every request of the call has done: none could take effect after the moment that
// it may show at the earliest.
func (c *call) isYoung(read *reply) bool {
	shown := read.sent.began.Add(-seconds(c.op.Outcome.Timing.ReadsLag))
	atExchange := c.clock.now() - time.Since(shown).Milliseconds()
	isBefore := shown.Before(c.ambiguousUntil) || c.notOpen != nil && shown.Before(c.notOpen.sent.began)
	return !isBefore && atExchange >= c.ambiguousUntilMS-1
}

// noteUnconfirmed notes the id that an unbelieved success names: queries by it may confirm that it is the order's.
func (c *call) noteUnconfirmed(got *reply) {
	if id := c.idIn(got); id > 0 && !c.byPermanentID() {
		c.unconfirmedID, c.notFound = cmp.Or(c.unconfirmedID, id), nil
	}
}

// namedBy returns the parameters with the order named by its permanent id.
func (c *call) namedBy(id int64) values {
	if c.original[c.op.PermanentID] != nil || id <= 0 {
		return c.original // as the caller wrote it
	}
	named := maps.Clone(c.original)
	for _, name := range c.op.ExactlyOneOf {
		delete(named, name)
	}
	named[c.op.PermanentID] = numberOf(id)
	return named
}

// idIn returns the permanent id of what may be the order of the call; 0 if the success states none.
func (c *call) idIn(got *reply) int64 {
	order, _ := got.envelope["data"].(values)
	id, _ := integer(order[c.op.PermanentID])
	if !c.isSameOrder(order) {
		return 0
	}
	return id
}

// isSameOrder tells whether an order's symbol and other ids leave room for the order of the request.
func (c *call) isSameOrder(order values) bool {
	return !slices.ContainsFunc(append(c.op.ExactlyOneOf, "symbol"), func(name string) bool {
		want, stated := text(c.original[name]), text(order[name])
		return name != c.op.PermanentID && want != "" && stated != "" && !strings.EqualFold(stated, want)
	})
}

// isOfAnotherPair tells whether a query by the permanent id finds the order, and finds it under another trading pair.
func (c *call) isOfAnotherPair(got *reply) bool {
	order, _ := got.envelope["data"].(values)
	named, pair, want := text(order[c.op.PermanentID]), text(order["symbol"]), text(c.original["symbol"])
	spelt := strings.NewReplacer("_", "-", "/", "-").Replace(pair)
	isSame := strings.EqualFold(spelt, want) || strings.EqualFold(spelt, strings.ReplaceAll(want, "-", ""))
	isFound := got.refusal != nil && got.refusal.Code == 0 && pair != "" && named != ""
	return isFound && named == text(c.parameters[c.op.PermanentID]) && !isSame
}

func seconds(number float64) time.Duration { return time.Duration(number * float64(time.Second)) }
