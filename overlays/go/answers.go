package bingxspot

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const longestText = 2_000 // bytes of it that are read; it has a hundred, and a million would take seconds to match

// An Error is an answer that is not a verified success.
type Error struct {
	Row     *Row      // of the error table
	Status  int       // of HTTP
	Code    int64     // the exchange's; 0 if the answer has none
	Text    string    // the exchange's, or why its success is not believed
	RetryAt time.Time // when the exchange accepts requests again; zero if that is not known

	retryIn    time.Duration
	serverTime int64 // in Unix milliseconds; 0 if the answer does not hold it
}

// Error returns the text, or the meaning of the answer.
func (e *Error) Error() string { return "bingxspot: " + cmp.Or(e.Text, e.Row.Meaning) }

// An answer is an HTTP answer.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// validate returns the envelope of a success, ids in it as numbers and amounts as texts, and for all but a verified
// success an [Error].
func validate(op *operation, parameters values, received answer) (values, *Error) {
	envelope := readObject(received.body)
	code, isEnvelope := integer(envelope["code"])
	if !isEnvelope {
		return nil, newError(errorTable.HTTPStatuses, op, received, nil, "")
	}
	if code != 0 {
		return nil, newError(errorTable.Rows, op, received, envelope, "")
	}
	if problem := op.doubt(parameters, received.status, envelope); problem != "" {
		return envelope, newError(errorTable.Rows, op, received, envelope, "the answer says success and "+problem)
	}
	envelope["code"] = json.Number("0")
	return envelope, nil
}

// readObject reads a JSON object, numbers as their text; nil if it is none, or parsers differ about it.
func readObject(text []byte) values {
	if !utf8.Valid(text) || !json.Valid(text) || halfSurrogate.Match(escapedPair.ReplaceAll(text, []byte(" "))) {
		return nil
	}
	decoder, isUnique := json.NewDecoder(bytes.NewReader(text)), true
	decoder.UseNumber()
	object, _ := member(decoder, &isUnique).(values)
	if !isUnique {
		return nil // parsers differ in which of two equal names they keep, and this package's keeps the last
	}
	return object
}

// member reads the next value of a valid document.
func member(decoder *json.Decoder, isUnique *bool) any {
	token, _ := decoder.Token()
	switch token {
	case json.Delim('{'):
		object := values{}
		for decoder.More() {
			name, _ := decoder.Token()
			_, isTwice := object[name.(string)]
			*isUnique = *isUnique && !isTwice
			object[name.(string)] = member(decoder, isUnique)
		}
		_, _ = decoder.Token()
		return object
	case json.Delim('['):
		items := []any{}
		for decoder.More() {
			items = append(items, member(decoder, isUnique))
		}
		_, _ = decoder.Token()
		return items
	}
	return token
}

// doubt returns why a success is not believed, or an empty text.
func (o *operation) doubt(parameters values, status int, envelope values) string {
	data := envelope["data"]
	order, _ := data.(values)
	if o.Outcome.Act == "read" && parameters[o.PermanentID] != nil && order != nil {
		for _, name := range o.Answer.Repeats {
			// An id that is never used again names the order without its pair.
			if order[name] == nil && parameters[name] != nil && !slices.Contains(o.ExactlyOneOf, name) {
				order[name] = parameters[name]
			}
		}
	}
	whole, isSpare := any(envelope), func(f *field) bool { return o.isSpare(f, parameters) }
	switch {
	case status != http.StatusOK || envelope["success"] == false:
		return "contradicts itself"
	case !(&field{Type: "object", Fields: o.Envelope}).fits(&whole, isSpare):
		return "is not what a success is"
	case o.Data == nil:
	case data == nil || !o.Data.fits(&data, isSpare):
		return "lacks what a success has"
	}
	if problem := o.doubtOf(o.Answer.belief, parameters, order); problem != "" || o.Answer.Items == nil {
		return problem
	}
	changed, failed := o.Answer.Items.orders(data), o.Answer.Items.Failures.orders(data)
	// An exchange that is busy lists nothing either.
	if len(changed)+len(failed) == 0 && o.saysFailure(normalised(textIn(envelope))) {
		return "lists nothing"
	}
	for _, order := range changed {
		if problem := o.doubtOf(o.Answer.Items.belief, parameters, order); problem != "" {
			return problem
		}
	}
	if problem := o.Answer.Items.doubt(parameters, data); problem != "" {
		return problem
	}
	if slices.ContainsFunc(o.Answer.Items.Failures.texts(data), o.leavesDoubt) {
		return "lists an order as failed that may yet be changed"
	}
	return ""
}

// saysFailure tells whether a message beside an empty list leaves doubt: only none and known good ones do not.
func (o *operation) saysFailure(message string) bool {
	rows := o.rowsOf(message)
	isBad := func(row *Row) bool { return row.Category != "notOpen" && row.ID != "success-text" }
	return message != "" && (len(rows) == 0 || slices.ContainsFunc(rows, isBad))
}

// leavesDoubt tells whether a text about an order that failed says that it may yet be changed.
func (o *operation) leavesDoubt(message string) bool {
	rows := o.rowsOf(message)
	return len(rows) > 0 && rows[0].Order == "unknown"
}

// rowsOf returns the rows that a message matches, whatever the code.
func (o *operation) rowsOf(message string) (rows []*Row) {
	for _, row := range errorTable.Rows {
		if row.Message != nil && row.Codes == nil && row.matches(o.ID, http.StatusOK, 0, message) {
			rows = append(rows, row)
		}
	}
	return rows
}

// doubtOf returns why what is said of one order is not believed, or an empty text.
func (o *operation) doubtOf(rules belief, parameters, order values) string {
	if id, isID := integer(order[o.PermanentID]); isID && id <= 0 {
		return "names no order"
	}
	for _, name := range rules.Repeats {
		want, stated := text(parameters[name]), text(order[name])
		// A query may lack the client order id by which the exchange has looked the order up, and may spell a pair otherwise.
		isAlike := stated == "" && o.isOtherID(name) || !slices.Contains(o.ExactlyOneOf, name) && strings.EqualFold(stated, want)
		if want != "" && stated != want && !(o.Outcome.Act == "read" && isAlike) {
			return "names another order: its " + name + " is " + stated
		}
	}
	for _, rule := range rules.Requires {
		applies := rule.Parameter == "" || text(parameters[rule.Parameter]) == rule.Value
		if applies && !rule.holds(order) {
			return rule.Field + " " + text(order[rule.Field])
		}
	}
	if o.Outcome.Act == "cancel" && o.Outcome.States.isExecuted(order) {
		return "that everything is executed"
	}
	return ""
}

func (r requirement) holds(order values) bool { return isOneOf(order[r.Field], r.Words) }

// isOneOf tells whether a value is one of the words, in any case, with or without white space around it.
func isOneOf(value any, words []string) bool {
	return slices.ContainsFunc(words, func(word string) bool { return normalised(word) == normalised(text(value)) })
}

// isExecuted tells whether everything of an order is executed.
func (s states) isExecuted(order values) bool {
	executed, isNumber := new(big.Rat).SetString(text(order[s.Executed.Field]))
	ordered, isNumberToo := new(big.Rat).SetString(text(order[s.Executed.Of]))
	return isNumber && isNumberToo && ordered.Sign() > 0 && executed.Cmp(ordered) >= 0
}

// isOtherID tells whether a parameter names the order by an id that can be used again.
func (o *operation) isOtherID(name string) bool {
	return name != o.PermanentID && slices.Contains(o.ExactlyOneOf, name)
}

// doubt returns why the lists in data do not account for the ids of the request, each once, or an empty text.
func (l *list) doubt(parameters values, data any) string {
	left := map[[2]string]bool{}
	for _, account := range l.Accounts {
		if ids := text(parameters[account.Parameter]); ids != "" {
			for id := range strings.SplitSeq(ids, ",") {
				left[[2]string{account.Parameter, id}] = true
			}
		}
	}
	if len(left) > 0 && !(l.strike(left, data) && l.Failures.strike(left, data) && len(left) == 0) {
		return "does not account for each order of the request once"
	}
	return ""
}

// strike deletes the ids that the list accounts for, and returns whether each of its items has one.
func (l *list) strike(left map[[2]string]bool, data any) bool {
	return !slices.ContainsFunc(l.orders(data), func(order values) bool { return !l.strikes(left, order) })
}

// strikes deletes the ids that an item has, and returns whether it has one.
func (l *list) strikes(left map[[2]string]bool, order values) bool {
	before := len(left)
	for _, account := range l.Accounts {
		for _, name := range account.Fields {
			delete(left, [2]string{account.Parameter, text(order[name])})
		}
	}
	return len(left) < before
}

// names tells whether one of these items has an id of a parameter.
func (l *list) names(orders []values, parameter, id string) bool {
	return slices.ContainsFunc(orders, func(order values) bool {
		left := map[[2]string]bool{{parameter, id}: true}
		return l.strikes(left, order)
	})
}

// texts returns what the items say, normalised: every text but the ids.
func (l *list) texts(data any) (texts []string) {
	for _, order := range l.orders(data) {
		for name, value := range order {
			isID := false
			for _, account := range l.Accounts {
				isID = isID || slices.Contains(account.Fields, name)
			}
			if said, isText := value.(string); isText && !isID {
				texts = append(texts, normalised(said))
			}
		}
	}
	return texts
}

// orders returns the items of the list; it may be absent or null.
func (l *list) orders(data any) (orders []values) {
	if l == nil {
		return nil
	}
	if object, isObject := data.(values); isObject && l.In != "" {
		data = object[l.In]
	}
	items, _ := data.([]any)
	for _, item := range items {
		order, _ := item.(values)
		orders = append(orders, order)
	}
	return orders
}

// isSpare tells whether a field decides nothing: a price that cannot be read is no reason to doubt what a query says.
func (o *operation) isSpare(f *field, parameters values) bool {
	deciding := []string{"success", o.Outcome.States.Executed.Field, o.Outcome.States.Executed.Of}
	return o.Outcome.Act == "read" && !f.Required && parameters[f.Name] == nil && !slices.Contains(deciding, f.Name)
}

// fits tells whether a value is what a success has there. An int64 that came as text becomes a number, an amount that came
// as a number a text, and what does not fit and is spare is left out.
func (f *field) fits(value *any, isSpare func(*field) bool) bool {
	if *value == nil {
		// An optional field may be null, but no word, object or list can be read from it.
		return f.Nullable || f.Name != "" && !f.Required && f.Enum == nil && f.Fields == nil && f.Items == nil
	}
	number, isInteger := integer(*value)
	said, isText := (*value).(string)
	digits, isNumber := (*value).(json.Number)
	_, isBool := (*value).(bool)
	items, isList := (*value).([]any)
	members, isObject := (*value).(values)
	isAmount := isNumber || isText && amountText.MatchString(said)
	is := map[string]bool{"string": isText, "boolean": isBool, "int64": isInteger, "int32": isInteger, "double": isNumber,
		"decimal": isAmount, "array": isList, "object": isObject}
	if f.Type == "int64" && isInteger {
		*value = numberOf(number)
	} else if f.Type == "decimal" && isNumber {
		*value = digits.String()
	}
	for i := range items {
		if f.Items != nil && !f.Items.fits(&items[i], isSpare) {
			return false
		}
	}
	for _, within := range f.Fields {
		member, isGiven := members[within.Name]
		switch {
		case isGiven && within.fits(&member, isSpare):
			members[within.Name] = member
		case isGiven && isSpare(&within):
			delete(members, within.Name)
		case isGiven || within.Required:
			return false
		}
	}
	return is[f.Type]
}

func newError(rows []*Row, op *operation, received answer, envelope values, problem string) *Error {
	code, _ := integer(envelope["code"])
	said := textIn(envelope)
	message := normalised(said)
	// Each list ends with a row that matches everything.
	row := rows[slices.IndexFunc(rows, func(row *Row) bool { return row.matches(op.ID, received.status, code, message) })]
	made := &Error{Row: row, Status: received.status, Code: code, Text: cmp.Or(problem, said)}
	if row.Waiting.Until != nil {
		if found := row.Waiting.Until.FindStringSubmatch(message); found != nil {
			milliseconds, _ := strconv.ParseInt(found[1], 10, 64) // thirteen digits
			made.RetryAt = time.UnixMilli(milliseconds)
		}
	}
	made.retryIn = time.Duration(row.Waiting.Seconds) * time.Second
	date, hasNoDate := http.ParseTime(received.header.Get("Date"))
	if number, err := strconv.ParseUint(strings.TrimSpace(received.header.Get("Retry-After")), 10, 30); err == nil {
		made.retryIn = time.Duration(number) * time.Second
	} else if at, err := http.ParseTime(received.header.Get("Retry-After")); err == nil && hasNoDate == nil {
		made.retryIn = at.Sub(date)
	}
	made.serverTime, _ = integer(envelope["timestamp"])
	if made.serverTime == 0 && hasNoDate == nil {
		made.serverTime = date.UnixMilli() + 500 // it counts whole seconds: the middle
	}
	return made
}

func (r *Row) matches(operation string, status int, code int64, message string) bool {
	return (r.Operations == nil || slices.Contains(r.Operations, operation)) &&
		(r.Codes == nil || slices.Contains(r.Codes, code)) &&
		(r.Statuses == nil || r.Statuses.From <= status && status <= r.Statuses.To) &&
		(r.Message == nil || r.Message.MatchString(message))
}

// textIn returns the exchange's text.
func textIn(envelope values) string {
	said, _ := envelope["msg"].(string)
	return said[:min(len(said), longestText)]
}

// normalised returns a text in small letters, where they are ASCII, with one space for white space.
func normalised(message string) string {
	words := strings.FieldsFunc(message, func(r rune) bool { return strings.ContainsRune(" \t\r\n", r) })
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r - 'A' + 'a'
		}
		return r
	}, strings.Join(words, " "))
}

var (
	integerText = regexp.MustCompile(`^[0-9]{1,19}$`)
	// amountText is empty where the amount does not apply.
	amountText = regexp.MustCompile(`^([-+]?[0-9]{1,64}(\.[0-9]{1,64})?([eE][-+]?[0-9]{1,3})?)?$`)
	// JSON can spell half of a surrogate pair, which is no character; parsers differ about it.
	escapedPair   = regexp.MustCompile(`(?i)\\\\|\\ud[89ab]..\\ud[c-f]`)
	halfSurrogate = regexp.MustCompile(`(?i)\\ud[89a-f]`)
)

// integer reads a code, an id or a time, which may be a text.
func integer(value any) (int64, bool) {
	if said, isText := value.(string); isText && !integerText.MatchString(said) {
		return 0, false
	}
	number, err := strconv.ParseInt(text(value), 10, 64)
	if err != nil {
		return 0, false
	}
	return number, true
}

// text returns a member as text, an empty one for null.
func text(value any) string {
	if value == nil {
		return ""
	}
	return fmt.Sprint(value)
}

func numberOf(integer int64) json.Number { return json.Number(strconv.FormatInt(integer, 10)) }
