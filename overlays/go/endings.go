package bingxspot

import "cmp"

// An EndingKind says what is certain at the end of a call that has not done what was asked.
type EndingKind string

// The endings. After Unknown the order may be cancelled or not; after the others this call has not cancelled it.
const (
	AlreadyCanceled EndingKind = "alreadyCanceled" // not by this call
	Filled          EndingKind = "filled"
	Failed          EndingKind = "failed"    // or expired, or rejected
	StillOpen       EndingKind = "stillOpen" // and no request of this call can take effect any more
	NotOpen         EndingKind = "notOpen"   // filled or cancelled: which could not be learnt in time
	NotFound        EndingKind = "notFound"  // by client order id this proves nothing after two hours
	Unknown         EndingKind = "unknown"
	Refused         EndingKind = "refused" // by the exchange, for the reason in Err
	NotSent         EndingKind = "notSent" // the exchange did not get the request
)

// An Ending is the error of a call.
type Ending struct {
	Kind EndingKind
	// Advice is what a caller can do: nothing, cancelAgain, query, queryOrCancelAgain (neither can do harm), queryEach,
	// checkNames, useOrderId, or error: see the Advice of the Row of Err, or that of the operation in the contract.
	Advice string
	// Order is the order as it was last read, for the kinds that state it.
	Order map[string]any
	// Err is what was said last, or what makes the outcome unknown: an [Error] or the network's. It may be nil.
	Err error
}

// Error returns the kind and the reason.
func (e *Ending) Error() string {
	text := "bingxspot: the order is " + string(e.Kind)
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns Err.
func (e *Ending) Unwrap() error { return e.Err }

var advice = map[EndingKind]string{
	AlreadyCanceled: "nothing", Filled: "nothing", Failed: "nothing", StillOpen: "cancelAgain", NotOpen: "query",
	NotFound: "checkNames", Unknown: "query", Refused: "error", NotSent: "error",
}

// saying are the endings of a call that ends with a reply of a kind; of any other, Refused.
var saying = map[string]EndingKind{"notSent": NotSent, "notOpen": NotOpen, "notFound": NotFound, "unavailable": Unknown}

// end ends the call. Without a kind, the last reply says it.
func (c *call) end(kind EndingKind, because *reply) {
	ended := &Ending{Kind: kind}
	if because != nil {
		ended.Kind, ended.Err = cmp.Or(kind, saying[because.kind], Refused), because.err
	}
	if c.read != nil && c.state == kind {
		ended.Order = c.read.order
	}
	ended.Advice = advice[ended.Kind]
	switch {
	case ended.Advice == "query" && !c.canSettle():
		ended.Advice = "error"
	case kind == NotFound && !c.byPermanentID(): // without a kind, the exchange's own word is all that there is
		ended.Advice = "useOrderId"
	case kind == Unknown && c.op.isRepeatable() && c.byPermanentID(): // by another id it could hit a newer order
		ended.Advice = "queryOrCancelAgain"
	}
	c.err = ended
}
