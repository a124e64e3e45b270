package bingxspot

import (
	_ "embed" // the contract and the error table as data
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
)

//go:embed operations.json
var contractJSON []byte

//go:embed errors.json
var errorsJSON []byte

// contract is the part of the compiled contract that is read here; spec/schemas/operations.schema.json describes it.
var contract = decoded[struct {
	Operations []*operation
	Signing    struct {
		Inject struct {
			Timestamp struct {
				CorrectedBy struct{ Operation, Field string }
			}
		}
	}
}](contractJSON)

// exchangeTime says which operation has the exchange's time, and in which field of its data.
var exchangeTime = contract.Signing.Inject.Timestamp.CorrectedBy

var errorTable = decoded[struct{ Rows, HTTPStatuses []*Row }](errorsJSON)

type operation struct {
	ID, Method, Path, PermanentID string
	Signed                        bool
	ExactlyOneOf                  []string
	Envelope                      []field
	Data                          *field
	Answer                        struct {
		belief
		Items *list
	}
	Outcome struct {
		Act, Repeat string
		States      states
		SettledBy   struct {
			Operation  string
			With, Each map[string]string
		}
		Timing struct{ ReadsLag, TakesEffectWithin, VisibleWithin float64 }
	}
}

// A belief is when to believe what a success says: of one order, or of each in a list.
type belief struct {
	Repeats  []string
	Requires []requirement
}

// A requirement is the words of which a field holds one, for one value of a parameter if it names one.
type requirement struct {
	Field, Parameter, Value string
	Words                   []string
}

// A list is one of orders in an answer; an account is a parameter that holds ids, and the fields of an item of which
// any may hold one of them.
type list struct {
	belief
	In       string
	Accounts []struct {
		Parameter string
		Fields    []string
	}
	Failures *list
}

// states are the words of an order's field; executed is the amount that is executed, of which other.
type states struct {
	Field                          string
	Canceled, Filled, Failed, Open []string
	Executed                       struct{ Field, Of string }
}

// A field is one of an answer, or without a name each item of a list.
type field struct {
	Name, Type         string
	Required, Nullable bool
	Enum               []string
	Fields             []field
	Items              *field
}

// A Row of the error table is the meaning of an answer.
type Row struct {
	ID         string
	Operations []string // none for any
	Codes      []int64
	Message    *regexp.Regexp
	Statuses   *struct{ From, To int }
	Meaning    string
	Order      string // untouched, notOpen (only a query shows its state) or unknown
	Category   string // authentication, permission, clock, rateLimited, notOpen, notFound, refused or unavailable
	Waiting    struct {
		Until   *regexp.Regexp // finds the time in the message, in Unix milliseconds
		Seconds int
	}
	Advice string // what a person can do
}

// operationOf returns what a request is for. What the contract does not describe is signed and never repeated.
func operationOf(request *http.Request) *operation {
	for _, found := range contract.Operations {
		if found.Method == request.Method && found.Path == request.URL.Path {
			return found
		}
	}
	return &operation{Method: request.Method, Path: request.URL.Path, Signed: true}
}

func operationNamed(id string) *operation {
	return contract.Operations[slices.IndexFunc(contract.Operations, func(o *operation) bool { return o.ID == id })]
}

// isRepeatable tells whether a request that may have been executed may be sent again.
func (o *operation) isRepeatable() bool {
	return o.Outcome.Repeat == "harmless" || o.Outcome.Repeat == "same-answer"
}

func decoded[T any](document []byte) (value T) {
	if err := json.Unmarshal(document, &value); err != nil {
		panic(err) // the documents are embedded
	}
	return value
}
