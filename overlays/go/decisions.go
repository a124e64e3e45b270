package bingxspot

import (
	"slices"
	"time"
)

const (
	mostAttempts = 6   // of the operation in one call: twenty equal errors would lock the endpoint
	mostQueries  = 150 // pauses grow, so that this many fill a day
	mostRefusals = 3   // "not open" while queries say "open"; one repeats what the first has met
	// The last attempts wait for a third of the time each, so that an exchange that recovers gets one.
	earlyAttempts = 4
	// Queries without an answer after which a cancel is sent again by client order id.
	queriesBeforeReuse = 3
)

// next is the decision table: the first row that holds decides. spec/vectors/outcome.json has the rows' reasons, by the
// names in the comments. Final states are believed, passing states can be stale; an ambiguous request may take effect until
// it has expired; a word that the contract does not list proves nothing.
func (c *call) next() func() {
	ambiguous, inDoubt := c.ambiguous != nil, c.ambiguous != nil || c.notOpen != nil
	canRetry, canQuery := c.canRetry() && c.untilRetry() <= 0, c.canQuery()
	ask, isNew := canQuery && !c.queried, c.invisibleAfter(c.elapsed)
	refused := c.last != nil && c.last == c.notOpen
	notFound := c.notFound && (c.notOpen != nil || c.nearLock)
	saidNotOpen := c.notOpen != nil && c.notOpen.kind == "notOpen"
	switch {
	case c.success != nil && (!ambiguous || c.stands): // confirmed
		return func() { c.done = c.success.response }
	case c.attempts == 0 && c.last == nil: // first
		return c.send
	case c.settlesEach() && ambiguous && (c.success != nil || c.attempts > 1 || !canRetry): // each
		return c.queryEach
	case c.success != nil: // answer-in-doubt
		return c.end(Unknown, c.ambiguous)
	case c.state == canceled && ambiguous: // canceled-after-ambiguous
		return func() { c.done = c.read.response }
	case c.state == canceled: // canceled-before
		return c.end(AlreadyCanceled, c.notOpen)
	case c.state == filled: // filled
		return c.end(Filled, c.notOpen)
	case c.state == failed: // failed
		return c.end(Failed, c.notOpen)
	case c.isRejected() && !ambiguous: // rejected
		return c.end("", c.last)
	case c.nearLock && ask, // near-lock
		ambiguous && !c.byPermanentID() && ask,                                      // learn-the-id
		ambiguous && c.last == c.ambiguous && c.last.refusal.isUnconfirmed() && ask: // unconfirmed-success
		return c.query
	case ambiguous && c.attempts == 1 && canRetry && !c.queried: // retry
		return c.send
	case inDoubt && ask: // settle
		return c.query
	case notFound && !c.invisibleAfter(c.notFoundAfter) && !ambiguous: // not-found
		return c.end(NotFound, c.notOpen)
	case c.state == open && c.queried && canRetry && c.refusals < mostRefusals, // found-open
		refused && c.invisibleAfter(c.refusedAfter) && !ambiguous && !isNew && canRetry, // confirm-refusal
		ambiguous && canRetry && !refused && !c.nearLock && // retry-ambiguous
			(c.byPermanentID() || c.queries >= queriesBeforeReuse && !c.notFound):
		return c.send
	case (inDoubt || c.nearLock) && canQuery: // query-again
		return c.query
	case c.notOpen != nil && !ambiguous && isNew && canRetry && !c.nearLock: // wait-until-visible
		return c.wait
	case !inDoubt && !c.nearLock && canRetry: // retry-not-sent
		return c.send
	case c.canRetry() && c.untilRetry() > 0 && !c.nearLock && !refused: // wait-to-retry
		return c.wait
	case c.provenOpen && !ambiguous: // still-open
		return c.end(StillOpen, c.last)
	case ambiguous: // unknown
		return c.end(Unknown, c.ambiguous)
	case notFound: // unknown-to-the-query
		return c.end(NotFound, c.notOpen)
	case saidNotOpen && c.refusedByID && !c.invisibleAfter(c.refusedAfter) && !c.isRestricted(): // state-not-learnt
		return c.end(NotOpen, c.notOpen)
	case saidNotOpen, c.notOpen != nil && c.state == open: // refusal-not-confirmed
		return c.end(Unknown, c.notOpen)
	}
	return c.end("", c.last) // not-executed
}

func (c *call) settlesEach() bool {
	return c.op.Outcome.SettledBy != nil && len(c.op.Outcome.SettledBy.Each) > 0
}

// canSettle tells whether a query settles doubt; of other acts than a cancel, the rows know nothing.
func (c *call) canSettle() bool {
	return c.op.Outcome.SettledBy != nil && !c.settlesEach() && c.op.Outcome.Act == "cancel"
}

func (c *call) canQuery() bool {
	return c.canSettle() && c.queries < mostQueries && c.timeLeft && c.canQueryInTime
}

// byPermanentID tells whether the call names the order by an id that is never used again.
func (c *call) byPermanentID() bool {
	_, given := c.parameters[c.op.PermanentID]
	return given || c.op.PermanentID == ""
}

// canRetry tells whether the operation may be sent once more, now or after untilRetry.
func (c *call) canRetry() bool {
	most := mostAttempts
	if c.op.Outcome.Act == "read" {
		most = mostQueries
	}
	possible := c.timeLeft && c.canOpen && !c.idInDoubt && !c.costsProof && c.attempts < most
	return possible && (c.ambiguous == nil || c.op.Outcome.Repeat != "never")
}

// untilRetry returns in how long the next attempt may be made: the last ones are kept for later.
func (c *call) untilRetry() time.Duration {
	late := c.attempts - earlyAttempts + 1
	if c.op.Outcome.Act == "read" || late <= 0 {
		return 0
	}
	return time.Duration(late)*c.timeout/3 - c.elapsed
}

// isRejected tells whether the exchange rejected the last request for a reason that does not pass.
func (c *call) isRejected() bool {
	switch {
	case c.last == nil || c.last.refusal == nil:
		return false
	case c.last.kind == "notOpen" || c.last.kind == "notFound":
		return !c.canSettle()
	}
	return c.last.kind != "rateLimited" && c.last.kind != "unavailable"
}

// invisibleAfter tells whether an order may be so new that it was not found so long after the call began.
func (c *call) invisibleAfter(elapsed time.Duration) bool {
	return c.op.Outcome.Timing != nil && elapsed < seconds(c.op.Outcome.Timing.VisibleWithin)
}

// isRestricted tells whether "not open" may be about a restriction in the request, not about the order.
func (c *call) isRestricted() bool {
	known := append([]string{"recvWindow"}, c.op.ExactlyOneOf...)
	for _, own := range c.op.Outcome.SettledBy.With {
		known = append(known, own)
	}
	for name := range c.parameters {
		if !slices.Contains(known, name) {
			return true
		}
	}
	return false
}
