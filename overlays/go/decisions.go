package bingxspot

import (
	"slices"
	"time"
)

const (
	mostAttempts       = 6   // of the operation in one call: twenty equal errors would lock the endpoint
	earlyAttempts      = 4   // the others wait for a third of the time each, so that an exchange that recovers gets one
	mostQueries        = 150 // pauses grow, so that this many fill a day
	mostRefusals       = 3   // "not open" while queries say "open"; one repeats what the first has met
	queriesBeforeReuse = 3   // without an answer, after which a cancel is sent again by client order id
)

// step is the decision table: the first row that holds decides. spec/vectors/outcome.json has the rows' reasons, by
// the names in the comments. Final states are believed, passing states can be stale; an ambiguous request may take effect
// until it has expired; a word that the contract does not list proves nothing.
func (c *call) step() {
	ambiguous, inDoubt := c.ambiguous != nil, c.ambiguous != nil || c.notOpen != nil
	canRetry, canQuery := c.canRetry() && c.untilRetry() <= 0, c.canSettle() && c.canQuery()
	ask, isNew := canQuery && !c.queried, c.wasNewAt(time.Now())
	refused, refusedAsNew := c.last != nil && c.last == c.notOpen, c.notOpen != nil && c.wasNewAt(c.notOpen.sent.began)
	notFound := c.notFound != nil && (c.notOpen != nil || c.nearLock)
	saidNotOpen := c.notOpen != nil && c.notOpen.kind == "notOpen"
	isFinal := c.state == AlreadyCanceled || c.state == Filled || c.state == Failed
	switch {
	case c.success != nil && (!ambiguous || c.stands()): // confirmed
		c.done(c.success)
	case c.last == nil: // first
		c.send()
	case c.settlesEach() && ambiguous && (c.success != nil || c.attempts > 1 || !canRetry): // each
		c.queryEach()
	case c.success != nil: // answer-in-doubt
		c.end(Unknown, c.ambiguous)
	case c.state == AlreadyCanceled && ambiguous: // canceled-after-ambiguous
		c.done(c.read)
	case isFinal: // canceled-before, filled, failed
		c.end(c.state, c.notOpen)
	case c.isRejected() && !ambiguous: // rejected
		c.end("", c.last)
	case c.nearLock && ask, // near-lock
		ambiguous && !c.byPermanentID() && ask,                              // learn-the-id
		ambiguous && c.last == c.ambiguous && c.last.envelope != nil && ask: // unconfirmed-success
		c.query()
	case ambiguous && c.attempts == 1 && canRetry && !c.queried: // retry
		c.send()
	case (inDoubt || c.provenOpen) && ask: // settle
		c.query()
	case notFound && !c.wasNewAt(c.notFound.sent.began) && !ambiguous: // not-found
		c.end(NotFound, c.notOpen)
	case c.state == StillOpen && c.queried && canRetry && c.refusals < mostRefusals, // found-open
		refused && refusedAsNew && !ambiguous && !isNew && canRetry, // confirm-refusal
		ambiguous && canRetry && !refused && !c.nearLock && // retry-ambiguous
			(c.byPermanentID() || c.queries >= queriesBeforeReuse && c.notFound == nil):
		c.send()
	case (inDoubt || c.nearLock) && canQuery: // query-again
		c.query()
	case c.notOpen != nil && !ambiguous && isNew && canRetry && !c.nearLock: // wait-until-visible
		c.wait()
	case !inDoubt && !c.nearLock && canRetry: // retry-not-sent
		c.send()
	case c.canRetry() && c.untilRetry() > 0 && !c.nearLock && !refused: // wait-to-retry
		c.wait()
	case c.provenOpen && !inDoubt: // still-open
		c.end(StillOpen, c.last)
	case ambiguous: // unknown
		c.end(Unknown, c.ambiguous)
	case notFound: // unknown-to-the-query
		c.end(NotFound, c.notOpen)
	case saidNotOpen && c.refusedByID && !refusedAsNew && !c.isRestricted(): // state-not-learnt
		c.end(NotOpen, c.notOpen)
	case saidNotOpen, c.notOpen != nil && c.state == StillOpen: // refusal-not-confirmed
		c.end(Unknown, c.notOpen)
	default: // not-executed
		c.end("", c.last)
	}
}

func (c *call) settlesEach() bool { return len(c.op.Outcome.SettledBy.Each) > 0 }

// canSettle tells whether a query settles doubt; of other acts than a cancel, the rows know nothing.
func (c *call) canSettle() bool {
	return c.op.Outcome.SettledBy.Operation != "" && !c.settlesEach() && c.op.Outcome.Act == "cancel"
}

func (c *call) canQuery() bool {
	return c.queries < mostQueries && c.timeLeft() && c.opensInTime(c.settling(), c.mayAskNearLock())
}

// mayAskNearLock tells whether a query is worth an error that could lock it: the first one after a doubt.
func (c *call) mayAskNearLock() bool { return c.ambiguous != nil && c.queries == 0 }

func (c *call) timeLeft() bool {
	return time.Until(c.deadline) >= shortestAttempt && c.request.Context().Err() == nil
}

// opensInTime tells whether an operation is not barred until the deadline.
func (c *call) opensInTime(op *operation, nearLock bool) bool {
	until, kind := c.barred(op, nearLock)
	return kind == "" || until.Before(c.deadline)
}

// byPermanentID tells whether the call names the order by an id that is never used again.
func (c *call) byPermanentID() bool {
	return c.op.PermanentID == "" || c.parameters[c.op.PermanentID] != nil
}

// canRetry tells whether the operation may be sent once more, now or after untilRetry.
func (c *call) canRetry() bool {
	possible := c.timeLeft() && c.opensInTime(c.op, true) && c.unconfirmedID == 0 && c.attempts < c.mostAttempts() && !c.costsProof()
	return possible && (c.ambiguous == nil || c.op.isRepeatable())
}

func (c *call) mostAttempts() int {
	if c.op.Outcome.Act == "read" {
		return mostQueries
	}
	return mostAttempts
}

// costsProof tells whether there is time left to prove the order open, but not after one more request.
func (c *call) costsProof() bool {
	latest := c.deadline.Add(-seconds(c.op.Outcome.Timing.ReadsLag) - timeToRead)
	provable := c.provenOpen || c.ambiguous != nil && c.ambiguousUntil.Before(latest)
	return c.state == StillOpen && provable && !time.Now().Add(c.pausedFor/10+c.recvWindow+c.toEffect).Before(latest)
}

// untilRetry returns in how long the next attempt may be made.
func (c *call) untilRetry() time.Duration {
	late := c.attempts - earlyAttempts + 1
	isReachedAgain := c.answered && c.last.kind == "notSent" && c.attempts < mostAttempts-1
	if c.op.Outcome.Act == "read" || late <= 0 || isReachedAgain {
		return 0
	}
	return time.Duration(late)*c.deadline.Sub(c.began)/3 - time.Since(c.began)
}

// isRejected tells whether the exchange rejected the last request for a reason that does not pass.
func (c *call) isRejected() bool {
	passing := []string{"rateLimited", "unavailable"}
	if c.canSettle() {
		passing = append(passing, "notOpen", "notFound")
	}
	return c.last != nil && c.last.refusal != nil && !slices.Contains(passing, c.last.kind)
}

// wasNewAt tells whether the order may have been so new at a time that it was not found yet.
func (c *call) wasNewAt(at time.Time) bool {
	return at.Sub(c.began) < seconds(c.op.Outcome.Timing.VisibleWithin)
}

// isRestricted tells whether "not open" may be about a restriction in the request, not about the order.
func (c *call) isRestricted() bool { return len(c.parameters) > len(c.queryFor(c.parameters)) }
