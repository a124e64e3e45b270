package bingxspot

import (
	_ "embed" // the contract and the error table as data
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"regexp"
	"strings"
)

//go:embed openapi.caller.json
var contractJSON []byte

//go:embed errors.json
var errorsJSON []byte

// contract is the part of the caller's view that the signing layer needs.
var contract = decoded[struct {
	Paths      map[string]map[string]operation
	Components struct{ Schemas map[string]schema }
}](contractJSON)

var errorTable = decoded[struct{ Rows, HTTPStatuses []*Row }](errorsJSON)

// undescribed is an operation that is not in the contract. It is signed, and its success repeats nothing.
var undescribed = operation{Security: []any{"bingxSignature"}}

type operation struct {
	OperationID string
	Security    []any
	Reference   struct{ ExactlyOneOf []string } `json:"x-bingx-order-reference"`
	Answer      struct {
		Repeats     []string
		ConfirmedBy map[string][]string
	} `json:"x-bingx-answer"`
	Responses map[string]struct {
		Content map[string]struct{ Schema schema }
	}
}

type schema struct {
	Ref        string `json:"$ref"`
	Required   []string
	Properties map[string]schema
	Format     string
}

func (s schema) resolved() schema { return contract.Components.Schemas[path.Base(s.Ref)] }

// required returns the members that data of a success must have.
func (o operation) required() []string {
	envelope := o.Responses["200"].Content["application/json"].Schema.resolved()
	return envelope.Properties["data"].resolved().Required
}

func operationOf(request *http.Request) operation {
	if operation, ok := contract.Paths[request.URL.Path][strings.ToLower(request.Method)]; ok {
		return operation
	}
	return undescribed
}

// check returns a [ParameterError] unless exactly one parameter names the order, if the contract requires that.
func (o operation) check(parameters Parameters) error {
	given, names := 0, o.Reference.ExactlyOneOf
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

// operationNamed returns an operation of the contract and its path.
func operationNamed(id string) (string, operation) {
	for address, methods := range contract.Paths {
		for _, found := range methods {
			if found.OperationID == id {
				return address, found
			}
		}
	}
	return "", undescribed
}

// int64AsText finds an int64 of the contract that is a text in an answer.
var int64AsText = func() *regexp.Regexp {
	var names []string
	for _, schema := range contract.Components.Schemas {
		for name, property := range schema.Properties {
			if property.Format == "int64" {
				names = append(names, name)
			}
		}
	}
	return regexp.MustCompile(`("(?:` + strings.Join(names, "|") + `)"\s*:\s*)"([0-9]{1,19})"`)
}()

// A Row of the error table is the meaning of an answer.
type Row struct {
	ID       string
	Codes    []int64
	Message  *regexp.Regexp
	Statuses *struct{ From, To int }
	Meaning  string
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
