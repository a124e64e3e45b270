package bingxspot

import (
	"sync/atomic"
	"time"
)

const (
	largestOffset      = 86_400_000 // an answer with a larger one may not be the exchange's
	smallestDifference = 500        // below, the clock is not the reason of a refusal
)

// started holds a reading of the clock that never steps.
var started = time.Now()

// A trip is when a request was sent and its answer received, by the client's own time, and the offset of that time.
type trip struct {
	offset, sentAt, receivedAt int64
	began                      time.Time
	unseen                     int32 // that of the client
}

// A clock estimates the exchange's time, in Unix milliseconds, by the rules under "Time" in spec/signing.md.
type clock struct{ offset atomic.Int64 }

func (c *clock) now() int64 { return started.Add(time.Since(started)).UnixMilli() + c.offset.Load() }

// mustAsk tells whether the exchange must be asked for its time: the refusal has none, and no other call has learnt it.
func (c *clock) mustAsk(refusal *Error, sent trip) bool {
	return refusal.serverTime == 0 && c.offset.Load() == sent.offset
}

// learn corrects the offset by the exchange's time in the middle of a trip, which is 0 if it is not known. It returns
// whether the offset is another one now than that of the trip.
func (c *clock) learn(serverTime int64, sent trip) bool {
	difference := serverTime - (sent.sentAt+sent.receivedAt)/2
	offset := sent.offset + difference
	if serverTime != 0 && max(difference, -difference) >= smallestDifference && max(offset, -offset) <= largestOffset {
		c.offset.CompareAndSwap(sent.offset, offset)
	}
	return c.offset.Load() != sent.offset
}
