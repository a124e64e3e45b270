package bingxspot

import (
	"sync/atomic"
	"time"
)

const (
	// largestOffset is a day. An answer with a larger one may not be the exchange's.
	largestOffset = 86_400_000
	// Below smallestDifference the clock is not the reason of a refusal.
	smallestDifference = 500
)

// started holds a reading of the clock that never steps.
var started = time.Now()

// A step is what a call does next about its clock.
type step int

const (
	giveUp step = iota // return the refusal
	ask                // request the exchange's time
	again              // stamp, sign and send again
)

// A trip is when a request was sent and its answer received, by the client's own time, and the offset of that time.
type trip struct {
	offset, sentAt, receivedAt int64
	began                      time.Time
}

// A clock estimates the exchange's time, in Unix milliseconds. The rules are those of "Time" in
// spec/signing.md. The machine's clock is never set.
type clock struct{ offset atomic.Int64 }

func (c *clock) now() int64 { return started.Add(time.Since(started)).UnixMilli() + c.offset.Load() }

// after returns what a call does after a refusal.
func (c *clock) after(refusal *Error, sent trip, repaired bool) step {
	switch {
	case refusal.Row.Category != "clock" || repaired:
		return giveUp
	case refusal.ServerTime.IsZero() && c.offset.Load() == sent.offset:
		return ask
	default:
		return c.learn(refusal.ServerTime, sent)
	}
}

// learn corrects the offset by the exchange's time in the middle of a trip; the zero time if there is none.
func (c *clock) learn(serverTime time.Time, sent trip) step {
	difference := serverTime.UnixMilli() - (sent.sentAt+sent.receivedAt)/2
	offset := sent.offset + difference
	believed := !serverTime.IsZero() && abs(difference) >= smallestDifference && abs(offset) <= largestOffset
	if believed && c.offset.CompareAndSwap(sent.offset, offset) {
		return again
	}
	if c.offset.Load() != sent.offset {
		return again // another call has corrected it since this one was stamped
	}
	return giveUp
}

func abs(number int64) int64 { return max(number, -number) }
