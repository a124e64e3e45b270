package bingxspot

import "encoding/json"

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

// An Ending is the error of a [Resolver]'s call.
type Ending struct {
	Kind   EndingKind
	Advice Advice
	// Order is the order as it was last read, for the kinds that state it.
	Order json.RawMessage
	// Err is what was said last, or what makes the outcome unknown: an [Error] or the network's. It may be nil.
	Err error
}

// Error returns the kind and the reason.
func (e *Ending) Error() string {
	if e.Err == nil {
		return "bingxspot: the order is " + string(e.Kind)
	}
	return "bingxspot: the order is " + string(e.Kind) + ": " + e.Err.Error()
}

// Unwrap returns Err.
func (e *Ending) Unwrap() error { return e.Err }

// endings are those of a call that ends with a reply of a kind.
var endings = map[string]EndingKind{"notSent": NotSent, "late": NotSent, "notOpen": NotOpen, "notFound": NotFound, "unavailable": Unknown}

// end returns the step that ends the call. Without a kind, the last reply says it.
func (c *call) end(kind EndingKind, because *reply) func() {
	ended := &Ending{Kind: kind, Advice: DoNothing}
	if kind == "" {
		ended.Kind = Refused
		if found, isKnown := endings[because.kind]; isKnown {
			ended.Kind = found
		}
	}
	if because != nil {
		ended.Err = because.err
	}
	switch ended.Kind {
	case AlreadyCanceled, Filled, Failed:
		ended.Order = c.read.data
	case StillOpen:
		ended.Advice, ended.Order = CancelAgain, c.read.data
	case NotFound:
		ended.Advice = CheckNames
		if kind == NotFound && !c.byPermanentID() { // else the exchange's own word is all that there is
			ended.Advice = UseOrderID
		}
	case Unknown, NotOpen:
		outcome := c.op.Outcome
		switch {
		case !c.canSettle():
			ended.Advice = SeeError
		case kind == Unknown && outcome.Act == "cancel" && outcome.Repeat != "never" && c.byPermanentID() && !c.idInDoubt:
			ended.Advice = QueryOrCancelAgain
		default: // by client order id or one in doubt, another cancel could hit a newer order that uses the id again
			ended.Advice = QueryIt
		}
	default:
		ended.Advice = SeeError
	}
	return func() { c.err = ended }
}
