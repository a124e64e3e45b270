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

// Advice says what a caller can do after an [Ending].
type Advice string

// The advice. SeeError stands for the Advice of the row of Err, or that of the operation in the contract.
const (
	DoNothing          Advice = "nothing"
	CancelAgain        Advice = "cancelAgain"
	QueryIt            Advice = "query"
	QueryOrCancelAgain Advice = "queryOrCancelAgain" // neither can do harm
	QueryEach          Advice = "queryEach"
	CheckNames         Advice = "checkNames"
	UseOrderID         Advice = "useOrderId"
	SeeError           Advice = "error"
)

// An Ending is the error of a call.
type Ending struct {
	Kind   EndingKind
	Advice Advice
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

var advice = map[EndingKind]Advice{
	AlreadyCanceled: DoNothing, Filled: DoNothing, Failed: DoNothing, StillOpen: CancelAgain, NotOpen: QueryIt,
	NotFound: CheckNames, Unknown: QueryIt, Refused: SeeError, NotSent: SeeError,
}

// saying are the endings of a call that ends with a reply of a kind.
var saying = map[string]EndingKind{
	"notSent": NotSent, "late": NotSent, "notOpen": NotOpen, "notFound": NotFound, "unavailable": Unknown,
}

// end returns the step that ends the call. Without a kind, the last reply says it.
func (c *call) end(kind EndingKind, because *reply) func() {
	ended := &Ending{Kind: kind}
	if because != nil {
		ended.Kind, ended.Err = cmp.Or(kind, saying[because.kind], Refused), because.err
	}
	if c.state == kind && kind != "" || kind == StillOpen {
		ended.Order = c.read.order
	}
	ended.Advice = advice[ended.Kind]
	switch {
	case ended.Advice == QueryIt && !c.canSettle():
		ended.Advice = SeeError
	case kind == NotFound && !c.byPermanentID(): // without a kind, the exchange's own word is all that there is
		ended.Advice = UseOrderID
	case kind == Unknown && c.op.isRepeatable() && c.byPermanentID() && !c.idInDoubt:
		ended.Advice = QueryOrCancelAgain // by an id in doubt it could hit a newer order that uses the id again
	}
	return func() { c.err = ended }
}
