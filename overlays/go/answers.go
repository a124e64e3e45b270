package bingxspot

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

var (
	// After these the exchange rejects every request.
	banned = []int{http.StatusForbidden, http.StatusTeapot, http.StatusTooManyRequests}
	// unseenRows are those of a server that has not seen the parameters where they were.
	unseenRows = []string{"signature-missing", "parameter-missing", "timestamp-null", "http-media-type"}

	integerToken = regexp.MustCompile(`^(-?[0-9]+|"[0-9]{1,19}")$`)
	whiteSpace   = regexp.MustCompile(`[ \t\r\n]+`)
)

// An Error is an answer that is not a verified success.
type Error struct {
	// Row is its row of the error table.
	Row *Row
	// Status is the HTTP status.
	Status int
	// Code is the exchange's code; 0 if the answer has none.
	Code int64
	// Text is the exchange's text, or why its success is not believed.
	Text string
	// RetryAt is when the exchange accepts requests again; zero if the answer does not say.
	RetryAt time.Time
	// ServerTime is the exchange's time; zero if the answer does not hold it.
	ServerTime time.Time

	// isSuccess is whether the answer says success and is not believed; order is the id that it names, or 0.
	isSuccess bool
	order     int64
	retryIn   time.Duration
}

// Error returns the text, or the meaning of the answer.
func (e *Error) Error() string { return "bingxspot: " + cmp.Or(e.Text, e.Row.Meaning) }

func (e *Error) isUnconfirmed() bool { return e != nil && e.isSuccess }

func (e *Error) named() int64 {
	if e == nil {
		return 0
	}
	return e.order
}

// An answer is an HTTP answer.
type answer struct {
	status int
	header http.Header
	body   []byte
}

type members map[string]json.RawMessage

// validate returns the body of a verified success: it names the order of the request and says that it is cancelled.
// For any other answer it returns an [Error].
func validate(op operation, parameters Parameters, received answer) ([]byte, error) {
	envelope := envelopeOf(received.body)
	if code, isEnvelope := integer(envelope["code"]); !isEnvelope || code != 0 {
		return nil, newError(op, received, envelope, "")
	}
	var data members
	_ = json.Unmarshal(envelope["data"], &data) // anything but an object has no members
	if problem := successProblem(op, parameters, received.status, envelope, data); problem != "" {
		refusal := newError(op, received, envelope, problem)
		refusal.isSuccess, refusal.order = true, op.orderIn(parameters, data)
		return nil, refusal
	}
	// Some answers carry an id as text. A match cannot be inside a text, where quotes are escaped.
	return int64AsText.ReplaceAll(received.body, []byte("$1$2")), nil
}

func envelopeOf(body []byte) members {
	var envelope members
	if !utf8.Valid(body) || json.Unmarshal(body, &envelope) != nil {
		return nil
	}
	if _, isEnvelope := integer(envelope["code"]); !isEnvelope {
		return nil
	}
	return envelope
}

func successProblem(op operation, parameters Parameters, status int, envelope, data members) string {
	if status != http.StatusOK || string(envelope["success"]) == "false" {
		return "the answer says success and contradicts itself"
	}
	if op.Data != nil {
		whole := *op.Data
		whole.Required = true
		if lacking := whole.lacking(envelope["data"]); lacking != "" {
			return "the answer says success and lacks " + lacking
		}
	}
	for _, name := range op.Answer.Repeats {
		// The answer to a query by client order id may lack it; the exchange has looked it up.
		lacked := op.Outcome.Act == "read" && op.isOtherID(name) && data.text(name) == ""
		if want, given := parameters[name]; given && !lacked && data.text(name) != fmt.Sprint(want) {
			return fmt.Sprintf("the answer names another order: its %s is %s", name, data[name])
		}
	}
	if field := unmet(op.Answer.Requires, parameters, data); field != "" {
		return fmt.Sprintf("the answer says success and %s %s", field, data[field])
	}
	if words := op.Outcome.States; words != nil && op.Outcome.Act == "cancel" && op.Answer.Items == nil && words.isExecuted(data) {
		return "the answer says success and contradicts itself: everything is executed"
	}
	if op.Answer.Items != nil {
		return op.listProblem(parameters, envelope["data"])
	}
	return ""
}

// unmet returns a field that holds none of its words, or an empty text.
func unmet(rules []requirement, parameters Parameters, data members) string {
	for _, rule := range rules {
		applies := rule.Parameter == "" || fmt.Sprint(parameters[rule.Parameter]) == rule.Value
		if applies && !isOneOf(data.text(rule.Field), rule.Words) {
			return rule.Field
		}
	}
	return ""
}

// isOneOf tells whether a value is one of the words, in any case, with or without white space around it.
func isOneOf(value string, words []string) bool {
	isASCII := strings.IndexFunc(value, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
	return isASCII && slices.Contains(words, strings.ToUpper(strings.TrimSpace(value)))
}

// isExecuted tells whether everything of an order is executed.
func (s *states) isExecuted(order members) bool {
	if s.Executed == nil {
		return false
	}
	executed, isNumber := new(big.Rat).SetString(order.text(s.Executed.Field))
	ordered, isNumberToo := new(big.Rat).SetString(order.text(s.Executed.Of))
	return isNumber && isNumberToo && ordered.Sign() > 0 && executed.Cmp(ordered) >= 0
}

// isOtherID tells whether a parameter names the order by an id that can be used again.
func (o operation) isOtherID(name string) bool {
	return name != o.PermanentID && slices.Contains(o.ExactlyOneOf, name)
}

// orderIn returns the permanent id of the order that an answer names, where it may be the one requested by another id; or 0.
func (o operation) orderIn(parameters Parameters, data members) int64 {
	id, _ := integer(data[o.PermanentID])
	symbol := data.text("symbol")
	if symbol != "" && symbol != fmt.Sprint(parameters["symbol"]) || !o.isSameOrder(parameters, data) {
		return 0
	}
	return max(id, 0)
}

// isSameOrder tells whether an order's other ids leave room for the order of the request.
func (o operation) isSameOrder(parameters Parameters, data members) bool {
	return !slices.ContainsFunc(o.ExactlyOneOf, func(name string) bool {
		want, given := parameters[name]
		stated := data.text(name)
		return o.isOtherID(name) && given && stated != "" && !strings.EqualFold(stated, fmt.Sprint(want))
	})
}

// An orderState is what an answer says of an order. Canceled, filled and failed are final; open can be stale.
type orderState int

const (
	unclear orderState = iota
	canceled
	filled
	failed
	open
)

// state returns the state of an order; a word that the contract does not list says nothing.
func (s *states) state(order members) orderState {
	for state, words := range [][]string{canceled: s.Canceled, filled: s.Filled, failed: s.Failed, open: s.Open} {
		isContradiction := orderState(state) == canceled && s.isExecuted(order)
		if isOneOf(order.text(s.Field), words) && !isContradiction {
			return orderState(state)
		}
	}
	return unclear
}

// listProblem returns why the lists of orders in data are not those of the request, or an empty text.
func (o operation) listProblem(parameters Parameters, data json.RawMessage) string {
	l, words := o.Answer.Items, o.Outcome.States
	for _, order := range l.orders(data) {
		for _, name := range l.Repeats {
			if want, given := parameters[name]; given && order.text(name) != fmt.Sprint(want) {
				return fmt.Sprintf("the answer names another order: its %s is %s", name, order[name])
			}
		}
		for _, rule := range l.ContradictedBy {
			if isOneOf(order.text(rule.Field), rule.Words) {
				return fmt.Sprintf("the answer says success and, of an order, %s %s", rule.Field, order[rule.Field])
			}
		}
		if field := unmet(l.Requires, parameters, order); field != "" {
			return fmt.Sprintf("the answer says success and, of an order, %s %s", field, order[field])
		}
		if words != nil && o.Outcome.Act == "cancel" && words.isExecuted(order) {
			return "the answer says success and contradicts itself: everything of an order is executed"
		}
	}
	left := map[[2]string]bool{}
	for _, account := range l.Accounts {
		if ids, given := parameters[account.Parameter]; given {
			for id := range strings.SplitSeq(fmt.Sprint(ids), ",") {
				left[[2]string{account.Parameter, id}] = true
			}
		}
	}
	if len(left) > 0 && !(l.strike(left, data) && l.Failures.strike(left, data) && len(left) == 0) {
		return "the answer does not account for each order of the request once"
	}
	return ""
}

// strike deletes the ids that the list accounts for, and returns whether each of its items has one.
func (l *list) strike(left map[[2]string]bool, data json.RawMessage) bool {
	if l == nil {
		return true
	}
	for _, order := range l.orders(data) {
		before := len(left)
		for _, account := range l.Accounts {
			for _, name := range account.Fields {
				delete(left, [2]string{account.Parameter, order.text(name)})
			}
		}
		if len(left) == before {
			return false
		}
	}
	return true
}

// orders returns the items of the list; it may be absent or null.
func (l *list) orders(data json.RawMessage) (orders []members) {
	if l.In != "" {
		var object members
		_ = json.Unmarshal(data, &object) // its shape has been checked
		data = object[l.In]
	}
	_ = json.Unmarshal(data, &orders)
	return orders
}

// lacking returns what a value lacks of the field that it is, or an empty text.
func (f *field) lacking(value json.RawMessage) string {
	if absent := len(value) == 0; absent || string(value) == "null" {
		if !f.Required || f.Nullable && !absent {
			return ""
		}
		return f.Name
	}
	if f.Items != nil {
		var items []json.RawMessage
		if json.Unmarshal(value, &items) != nil {
			return f.Name
		}
		item := *f.Items
		item.Name, item.Required = f.Name, true
		for _, value := range items {
			if lacking := item.lacking(value); lacking != "" {
				return lacking
			}
		}
		return ""
	}
	if len(f.Fields) == 0 {
		return ""
	}
	var object members
	if json.Unmarshal(value, &object) != nil {
		return f.Name
	}
	for _, within := range f.Fields {
		if lacking := within.lacking(object[within.Name]); lacking != "" {
			return lacking
		}
	}
	return ""
}

func newError(op operation, received answer, envelope members, problem string) *Error {
	code, _ := integer(envelope["code"])
	text := ""
	_ = json.Unmarshal(envelope["msg"], &text)
	message := normalised(text)
	rows := errorTable.Rows
	if envelope == nil {
		rows = errorTable.HTTPStatuses
	}
	// Each list ends with a row that matches everything.
	row := rows[slices.IndexFunc(rows, func(row *Row) bool { return row.matches(op.ID, received.status, code, message) })]
	return &Error{
		Row: row, Status: received.status, Code: code, Text: cmp.Or(problem, text), RetryAt: row.retryAt(message),
		ServerTime: serverTime(received.header, envelope), retryIn: row.retryIn(received.header),
	}
}

func (r *Row) matches(operation string, status int, code int64, message string) bool {
	return (r.Operations == nil || slices.Contains(r.Operations, operation)) &&
		(r.Codes == nil || slices.Contains(r.Codes, code)) &&
		(r.Statuses == nil || r.Statuses.From <= status && status <= r.Statuses.To) &&
		(r.Message == nil || r.Message.MatchString(message))
}

func (r *Row) retryAt(message string) time.Time {
	if r.Waiting.Until != nil {
		if found := r.Waiting.Until.FindStringSubmatch(message); found != nil {
			milliseconds, _ := strconv.ParseInt(found[1], 10, 64) // thirteen digits
			return time.UnixMilli(milliseconds)
		}
	}
	return time.Time{}
}

// retryIn returns after what time the exchange accepts requests again, where the text does not say when.
func (r *Row) retryIn(header http.Header) time.Duration {
	if number, err := strconv.ParseUint(strings.TrimSpace(header.Get("Retry-After")), 10, 30); err == nil {
		return time.Duration(number) * time.Second
	}
	return time.Duration(r.Waiting.Seconds) * time.Second
}

// serverTime returns the exchange's time in an answer.
func serverTime(header http.Header, envelope members) time.Time {
	if timestamp, ok := integer(envelope["timestamp"]); ok {
		return time.UnixMilli(timestamp)
	}
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return time.Time{}
	}
	// It counts whole seconds; take the middle.
	return date.Add(time.Second / 2)
}

// timeIn returns the exchange's time in a success of the operation that has it, or the zero time.
func timeIn(body io.Reader) time.Time {
	var success struct{ Data members }
	if json.NewDecoder(body).Decode(&success) != nil {
		return time.Time{}
	}
	milliseconds, isTime := integer(success.Data[exchangeTime.Field])
	if !isTime {
		return time.Time{}
	}
	return time.UnixMilli(milliseconds)
}

func normalised(message string) string {
	lower := strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r - 'A' + 'a'
		}
		return r
	}, message)
	return strings.Trim(whiteSpace.ReplaceAllString(lower, " "), " ")
}

// integer reads a code, an id or a time, which may be a text.
func integer(token json.RawMessage) (int64, bool) {
	if !integerToken.Match(token) {
		return 0, false
	}
	number, err := strconv.ParseInt(strings.Trim(string(token), `"`), 10, 64)
	return number, err == nil
}

// text returns the text of a member, its token if it is not a text, or an empty text for null.
func (m members) text(name string) string {
	text := strings.TrimPrefix(string(m[name]), "null")
	_ = json.Unmarshal(m[name], &text)
	return text
}
