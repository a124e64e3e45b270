package bingxspot

import (
	"sync/atomic"
	"time"
)

const (
	// largestOffset is a day: whoever says that the clock is further off may not be the exchange.
	largestOffset = 86_400_000
	// Below smallestDifference the clock is not what the exchange complains of.
	smallestDifference = 500
)

// started holds a reading of the clock that never steps.
var started = time.Now()

// A step is what a call does for the sake of its clock.
type step int

const (
	stand step = iota // tell the caller of the refusal
	ask               // ask the exchange for its time
	again             // stamp, sign and send anew
)

// A trip is when a request was sent and its answer came, by the client's own time, and the offset of that time.
type trip struct{ offset, sentAt, receivedAt int64 }

// A clock tells the exchange's time as far as it is known, in Unix milliseconds. The rules are those of "Time" in
// spec/signing.md. The machine's clock is never set.
type clock struct{ offset atomic.Int64 }

func (c *clock) now() int64 { return started.Add(time.Since(started)).UnixMilli() + c.offset.Load() }

// after says what a call does after a refusal.
func (c *clock) after(refusal *Error, sent trip, repaired bool) step {
	switch {
	case refusal.Row.Category != "clock" || repaired:
		return stand
	case refusal.ServerTime.IsZero() && c.offset.Load() == sent.offset:
		return ask
	default:
		return c.learn(refusal.ServerTime, sent)
	}
}

// learn takes over what the exchange said in the middle of a trip; the zero time if it said nothing.
func (c *clock) learn(serverTime time.Time, sent trip) step {
	difference := serverTime.UnixMilli() - (sent.sentAt+sent.receivedAt)/2
	offset := sent.offset + difference
	believed := !serverTime.IsZero() && abs(difference) >= smallestDifference && abs(offset) <= largestOffset
	if believed && c.offset.CompareAndSwap(sent.offset, offset) {
		return again
	}
	if c.offset.Load() != sent.offset {
		return again // another call has learnt since this one was stamped
	}
	return stand
}

func abs(number int64) int64 { return max(number, -number) }
