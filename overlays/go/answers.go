package bingxspot

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

var (
	integerToken = regexp.MustCompile(`^(-?[0-9]+|"[0-9]{1,19}")$`)
	whiteSpace   = regexp.MustCompile(`[ \t\r\n]+`)
)

// An Error says what an answer means that is no believed success.
type Error struct {
	// Row is that of the error table.
	Row *Row
	// Status is the HTTP status.
	Status int
	// Code is the exchange's code; 0 where the answer has none.
	Code int64
	// Text is what the exchange said, or why its success is not believed.
	Text string
	// RetryAt is when the exchange will listen again; zero where it does not say.
	RetryAt time.Time
	// ServerTime is the exchange's time; zero where the answer does not tell it.
	ServerTime time.Time
}

// Error returns the text, or what the answer means.
func (e *Error) Error() string { return "bingxspot: " + cmp.Or(e.Text, e.Row.Meaning) }

// An answer is an HTTP answer as it came.
type answer struct {
	status int
	header http.Header
	body   []byte
}

type members map[string]json.RawMessage

// judge returns the body of a success that can be believed: it names the order that was asked for, and says nothing
// of it that cannot be true. Of any other answer it returns an [Error].
func judge(asked operation, parameters Parameters, came answer) ([]byte, error) {
	envelope := envelopeOf(came.body)
	if code, isEnvelope := integer(envelope["code"]); !isEnvelope || code != 0 {
		return nil, newError(came, envelope, "")
	}
	var data members
	_ = json.Unmarshal(envelope["data"], &data) // what is no object has no members
	if doubt := doubtOf(asked, parameters, came.status, envelope, data); doubt != "" {
		return nil, newError(came, envelope, doubt)
	}
	// Some answers carry an id as text. No match can lie within a text: its quotes would be escaped.
	return int64AsText.ReplaceAll(came.body, []byte("$1$2")), nil
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

func doubtOf(asked operation, parameters Parameters, status int, envelope, data members) string {
	if status != http.StatusOK || string(envelope["success"]) == "false" {
		return "the answer says success and contradicts itself"
	}
	for _, name := range asked.required() {
		if data.text(name) == "" {
			return "the answer says success and lacks " + name
		}
	}
	for _, name := range asked.Answer.Repeats {
		if want, given := parameters[name]; given && data.text(name) != fmt.Sprint(want) {
			return fmt.Sprintf("the answer does not name the order that was asked for: its %s is %s", name, data[name])
		}
	}
	for name, words := range asked.Answer.ConfirmedBy {
		if !slices.Contains(words, strings.ToUpper(strings.TrimSpace(data.text(name)))) {
			return fmt.Sprintf("the answer says success and %s %s", name, data[name])
		}
	}
	return ""
}

func newError(came answer, envelope members, doubt string) *Error {
	code, _ := integer(envelope["code"])
	text := ""
	_ = json.Unmarshal(envelope["msg"], &text)
	message := normalised(text)
	rows := errorTable.Rows
	if envelope == nil {
		rows = errorTable.HTTPStatuses
	}
	// Each list ends with a row that matches everything.
	row := rows[slices.IndexFunc(rows, func(row *Row) bool { return row.matches(came.status, code, message) })]
	return &Error{row, came.status, code, cmp.Or(doubt, text), row.retryAt(message), serverTime(came.header, envelope)}
}

func (r *Row) matches(status int, code int64, message string) bool {
	return (r.Codes == nil || slices.Contains(r.Codes, code)) &&
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

// serverTime returns what an answer says of the exchange's time.
func serverTime(header http.Header, envelope members) time.Time {
	if timestamp, ok := integer(envelope["timestamp"]); ok {
		return time.UnixMilli(timestamp)
	}
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return time.Time{}
	}
	// It counts whole seconds: the middle of its second is taken.
	return date.Add(time.Second / 2)
}

// toldTime reads a success of serverTime; it returns the zero time for what tells none.
func toldTime(body io.Reader) time.Time {
	var success struct{ Data struct{ ServerTime *int64 } }
	if json.NewDecoder(body).Decode(&success) != nil || success.Data.ServerTime == nil {
		return time.Time{}
	}
	return time.UnixMilli(*success.Data.ServerTime)
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

// integer reads a code, an id or a time, which may come as text.
func integer(token json.RawMessage) (int64, bool) {
	if !integerToken.Match(token) {
		return 0, false
	}
	number, err := strconv.ParseInt(strings.Trim(string(token), `"`), 10, 64)
	return number, err == nil
}

// text returns a member's text, or the token of what is no text; nothing for null.
func (m members) text(name string) string {
	text := strings.TrimPrefix(string(m[name]), "null")
	_ = json.Unmarshal(m[name], &text)
	return text
}
