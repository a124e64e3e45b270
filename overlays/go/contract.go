package bingxspot

import (
	_ "embed" // the contract and the error table as data
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
)

//go:embed operations.json
var contractJSON []byte

//go:embed errors.json
var errorsJSON []byte

// contract is the part of the compiled contract that the signing layer needs.
var contract = decoded[struct {
	Operations []operation
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

// undescribed is an operation that is not in the contract. It is signed and never repeated, and its success repeats nothing.
var undescribed = func() operation {
	op := operation{Signed: true, Injected: []string{"timestamp", "signature"}}
	op.Outcome.Repeat = "never"
	return op
}()

type operation struct {
	ID, Method, Path       string
	Signed                 bool
	Injected, ExactlyOneOf []string
	PermanentID            string
	Data                   *field
	Answer                 struct {
		Repeats  []string
		Requires []requirement
		Items    *list
	}
	Outcome struct {
		Act, Repeat string
		States      *states
		SettledBy   *settlement
		Timing      *struct{ ReadsLag, TakesEffectWithin, VisibleWithin float64 }
	}
}

// states are the words of an order's field; executed is the amount that is executed, of which other.
type states struct {
	Field                          string
	Canceled, Filled, Failed, Open []string
	Executed                       *struct{ Field, Of string }
}

// A settlement is the query that shows what became of a request: by its parameter, the request's; for one order, or for
// each of a list.
type settlement struct {
	Operation  string
	With, Each map[string]string
}

// A list is one of orders in an answer, and what its items say.
type list struct {
	In             string
	Repeats        []string
	Requires       []requirement
	Accounts       []account
	ContradictedBy []requirement
	Failures       *list
}

// An account is a parameter that holds ids, and the fields of an item of which any may hold one of them.
type account struct {
	Parameter string
	Fields    []string
}

// A requirement is the words of which a field of a success holds one, for one value of a parameter if it names one.
type requirement struct {
	Field, Parameter, Value string
	Words                   []string
}

// A field is one of an answer, or an item of a list.
type field struct {
	Name, Type         string
	Required, Nullable bool
	Fields             []field
	Items              *field
}

func operationOf(request *http.Request) operation {
	for _, found := range contract.Operations {
		if found.Method == request.Method && found.Path == request.URL.Path {
			return found
		}
	}
	return undescribed
}

// check returns a [ParameterError] unless exactly one parameter names the order, if the contract requires that.
func (o operation) check(parameters Parameters) error {
	given, names := 0, o.ExactlyOneOf
	for _, name := range names {
		if _, ok := parameters[name]; ok {
			given++
		}
	}
	if len(names) > 0 && given != 1 {
		problem := fmt.Sprintf("must name the order: one of them, and %d are given", given)
		return &ParameterError{strings.Join(names, " or "), problem}
	}
	return nil
}

// operationNamed returns an operation of the contract.
func operationNamed(id string) operation {
	for _, found := range contract.Operations {
		if found.ID == id {
			return found
		}
	}
	return undescribed
}

// int64AsText finds an int64 of the contract that is a text in an answer.
var int64AsText = func() *regexp.Regexp {
	names := []string{"code"}
	for _, operation := range contract.Operations {
		names = append(names, operation.Data.integers()...)
	}
	return regexp.MustCompile(`("(?:` + strings.Join(names, "|") + `)"\s*:\s*)"([0-9]{1,19})"`)
}()

// integers returns the names of the int64 in a field.
func (f *field) integers() []string {
	if f == nil {
		return nil
	}
	names := f.Items.integers()
	for _, within := range f.Fields {
		if within.Type == "int64" {
			names = append(names, within.Name)
		}
		names = append(names, within.integers()...)
	}
	return names
}

// A Row of the error table is the meaning of an answer.
type Row struct {
	ID string
	// Operations are those that it is for; none for any.
	Operations []string
	Codes      []int64
	Message    *regexp.Regexp
	Statuses   *struct{ From, To int }
	Meaning    string
	// Order is untouched, notOpen (only a query shows its state) or unknown.
	Order string
	// Category is authentication, permission, clock, rateLimited, notOpen, notFound, refused or unavailable.
	Category string
	// Waiting says whether the same request may succeed later, and when. Until finds the time in the message, in
	// Unix milliseconds.
	Waiting struct {
		Helps   bool
		Until   *regexp.Regexp
		Seconds int
	}
	// Advice is what a person can do.
	Advice string
}

func decoded[T any](document []byte) (value T) {
	if err := json.Unmarshal(document, &value); err != nil {
		panic(err) // the documents are embedded
	}
	return value
}
