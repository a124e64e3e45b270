// Package bingxspot makes the calls of a generated client of the BingX exchange: a [Client] stamps and signs each
// request, believes a success only if it names the order of the request, and repeats and queries until the outcome is
// certain. The rules are those of spec/signing.md and the contract; spec/vectors/ tests them.
package bingxspot

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"
)

const (
	longestBody    = 1 << 20 // an answer has a few hundred bytes
	shortestMasked = 12      // a shorter key, as on a sandbox, is part of many words
)

var (
	printable     = regexp.MustCompile(`^[!-~]+$`)
	likeSignature = regexp.MustCompile(`[0-9a-f]{64}`)
)

// A Client, which [New] returns, makes whole calls. It is oapi-codegen's HttpRequestDoer, and safe for use by several
// goroutines.
type Client struct {
	// Timeout ends each call; ten seconds by default. The context of a request may end it earlier.
	Timeout time.Duration
	// Base sends the requests; nil for http.DefaultTransport, which never uses a proxy for a loopback host.
	Base http.RoundTripper

	// fmt and slog print the fields of a struct, but only the address of a function.
	secrets func() (key, secret string)
	clock   clock
	// unseen is 1 once the server has said that it sees no parameters in JSON, 2 if it saw none in the query either.
	unseen atomic.Int32
	mutex  sync.Mutex
	// locks and nearLocks end at a time, by operation; all operations' lock is under the empty name.
	locks, nearLocks map[string]time.Time
	met              map[string][]time.Time // when, by operation and code of an error
}

// New returns a client, or an error if the key cannot be sent or the secret cannot sign.
func New(apiKey, apiSecret string) (*Client, error) {
	if !printable.MatchString(apiKey) || apiSecret == "" || !utf8.ValidString(apiSecret) {
		return nil, errors.New("bingxspot: the API key must be printable ASCII, the secret UTF-8")
	}
	secrets := func() (string, string) { return apiKey, apiSecret }
	return &Client{
		Timeout: 10 * time.Second, secrets: secrets,
		locks: map[string]time.Time{}, nearLocks: map[string]time.Time{}, met: map[string][]time.Time{},
	}, nil
}

// masked hides what a server may repeat of a request.
func (c *Client) masked(text string) string {
	text = likeSignature.ReplaceAllString(text, "***")
	if key, _ := c.secrets(); len(key) >= shortestMasked {
		text = strings.ReplaceAll(text, key, "***")
	}
	return text
}

// parametersOf returns the caller's parameters, or a [ParameterError] for one that is not allowed.
func parametersOf(request *http.Request) (values, error) {
	parameters := values{}
	for name, given := range request.URL.Query() {
		if len(given) > 1 {
			return nil, &ParameterError{name, "is given twice"}
		}
		parameters[name] = given[0]
	}
	if request.Body != nil {
		defer request.Body.Close()
		body, err := io.ReadAll(request.Body)
		given := readObject(body)
		if err != nil || given == nil && len(body) > 0 {
			return nil, &ParameterError{"body", "is not a JSON object"}
		}
		maps.Copy(parameters, given)
	}
	delete(parameters, "timestamp")
	delete(parameters, "signature")
	names := operationOf(request).ExactlyOneOf
	lacking := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return parameters[name] != nil })
	if len(names) > 0 && len(lacking) != len(names)-1 {
		return nil, &ParameterError{strings.Join(names, " or "), "must name the order: exactly one of them"}
	}
	_, err := signable(parameters)
	return parameters, err
}

// checkOrigin refuses plain HTTP that leaves the machine, and a password, which logs would show.
func checkOrigin(to *url.URL) error {
	host := to.Hostname()
	isLoopback := host == "localhost" || net.ParseIP(host).IsLoopback()
	if host == "" || to.User != nil || to.Scheme != "https" && (to.Scheme != "http" || !isLoopback) {
		return &ParameterError{"url", "must be https://HOST, or http for a loopback host"}
	}
	return nil
}

// A reply is what became of one request: a success or an error. The kind of an error is the category of its row, or
// notSent, locked, nearLock or unavailable.
type reply struct {
	header   http.Header
	envelope values // of a success that is not believed, too
	order    values // data of one that is, unless it is a list
	err      error
	kind     string
	refusal  *Error // err, if it is one
	sent     trip
}

// attempt stamps, signs and sends one request, where and until when the caller's says.
func (c *Client) attempt(to *http.Request, op *operation, parameters values) *reply {
	offset, sentAt := c.clock.offset.Load(), c.clock.now()
	got := &reply{sent: trip{offset: offset, sentAt: sentAt, began: time.Now(), unseen: c.unseen.Load()}}
	var received answer
	request, err := c.request(to, op, parameters, got.sent)
	if err == nil {
		received, err = c.roundTrip(request)
	}
	if got.err = err; err != nil {
		return got
	}
	got.sent.receivedAt, got.header = c.clock.now(), received.header
	got.envelope, got.refusal = validate(op, parameters, received)
	if got.refusal != nil {
		got.refusal.Text = c.masked(got.refusal.Text) // what JSON had escaped shows only now
		got.err, got.kind = got.refusal, got.refusal.Row.Category
		return got
	}
	got.order, _ = got.envelope["data"].(values)
	return got
}

// roundTrip is not done by an http.Client, which would follow redirects.
func (c *Client) roundTrip(request *http.Request) (answer, error) {
	var connects, connected atomic.Bool
	request = request.WithContext(httptrace.WithClientTrace(request.Context(), &httptrace.ClientTrace{
		GetConn: func(string) { connects.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	}))
	response, err := cmp.Or(c.Base, http.DefaultTransport).RoundTrip(request)
	if err != nil {
		if shown := c.masked(err.Error()); shown != err.Error() { // it may hold the first line of what is no HTTP
			err = errors.New(shown)
		}
		if connects.Load() && !connected.Load() {
			err = &net.OpError{Op: "dial", Err: err} // also if TLS failed, or there was no time left
		}
		return answer{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, longestBody))
	return answer{response.StatusCode, response.Header, []byte(c.masked(string(body)))}, err
}

// request returns a stamped and signed request.
func (c *Client) request(to *http.Request, op *operation, parameters values, sent trip) (*http.Request, error) {
	stamped, header := values{}, to.Header.Clone()
	maps.Copy(stamped, parameters)
	if op.Signed {
		stamped["timestamp"] = numberOf(sent.sentAt)
	}
	pairs, err := signable(stamped)
	if err != nil {
		return nil, err
	}
	if op.Signed {
		key, secret := c.secrets()
		header.Set("X-BX-APIKEY", key)
		pairs = signed(pairs, secret)
	}
	at, body := url.URL{Scheme: to.URL.Scheme, Host: to.URL.Host, Path: op.Path}, ""
	if op.Method == http.MethodGet || sent.unseen == 1 {
		at.RawQuery = queryString(pairs)
		header.Del("Content-Type")
	} else {
		body = jsonBody(pairs)
		header.Set("Content-Type", "application/json")
	}
	request, err := http.NewRequestWithContext(to.Context(), op.Method, at.String(), strings.NewReader(body))
	if err == nil {
		request.Header = header
	}
	return request, err
}

// responseWith returns the response that a generated client reads; it reads JSON only under this content type.
func responseWith(got *reply, to *http.Request) *http.Response {
	body, _ := json.Marshal(got.envelope) // it has been read from JSON
	header := http.Header{}
	maps.Copy(header, got.header)
	header.Set("Content-Type", "application/json")
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Request: to, Header: header,
		Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
	}
}
