// Package bingxspot signs the requests of a generated client of the BingX exchange: a [Transport] stamps and signs each
// attempt, and a [Client] believes a success only if it names the order of the request. The rules are those of
// spec/signing.md; spec/vectors/ tests them.
package bingxspot

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"time"
)

// longestBody is the largest body in bytes. An answer has a few hundred.
const longestBody = 1 << 20

// A Client sends the requests of a generated client and returns only verified successes. It is oapi-codegen's
// HttpRequestDoer.
type Client struct {
	// HTTP sends the requests. It has a timeout of ten seconds and follows no redirect.
	HTTP *http.Client

	transport *Transport
}

// NewClient returns a client that signs with this transport.
func NewClient(transport *Transport) *Client {
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{&http.Client{Transport: transport, Timeout: 10 * time.Second, CheckRedirect: stay}, transport}
}

// Do sends the request. If the exchange refuses its timestamp, Do corrects the clock and sends it once more.
//
// Errors: a [ParameterError] if nothing was sent; an [Error] for an answer that is not a verified success; after any other
// error the state of the order is unknown.
func (c *Client) Do(request *http.Request) (*http.Response, error) {
	body, err := readBody(request)
	if err != nil {
		return nil, err
	}
	parameters, err := parametersOf(request, body)
	if err != nil {
		return nil, err
	}
	response, _, err := c.repairing(request, body, parameters)
	return response, err
}

// repairing sends the request, and once more if the exchange refuses its timestamp and the clock can be corrected. The
// trip is that of the last request.
func (c *Client) repairing(request *http.Request, body []byte, parameters Parameters) (*http.Response, trip, error) {
	for repaired := false; ; repaired = true {
		response, sent, err := c.attempt(withBody(request, body), parameters)
		refusal, isRefusal := errors.AsType[*Error](err)
		if !isRefusal {
			return response, sent, err
		}
		next := c.transport.clock.after(refusal, sent, repaired)
		if next == ask {
			next = c.askTime(request, sent)
		}
		if next != again {
			return nil, sent, err
		}
	}
}

// attempt sends the request once. The response is a verified success; its body has been read.
func (c *Client) attempt(request *http.Request, parameters Parameters) (*http.Response, trip, error) {
	clock := &c.transport.clock
	sent := trip{offset: clock.offset.Load(), sentAt: clock.now(), began: time.Now()}
	response, err := c.HTTP.Do(request)
	if err != nil {
		return nil, sent, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, longestBody))
	if err != nil {
		return nil, sent, err
	}
	sent.receivedAt = clock.now()
	received := answer{response.StatusCode, response.Header, c.transport.Credentials.mask(body)}
	if body, err = validate(operationOf(request), parameters, received); err != nil {
		if refusal, isRefusal := errors.AsType[*Error](err); isRefusal {
			// What JSON had escaped shows only now.
			refusal.Text = string(c.transport.Credentials.mask([]byte(refusal.Text)))
		}
		return nil, sent, err
	}
	response.Body, response.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	// A generated client reads JSON only under this content type.
	response.Header.Set("Content-Type", "application/json")
	return response, sent, nil
}

// askTime requests the exchange's time. If that fails, the refusal is returned to the caller.
func (c *Client) askTime(refused *http.Request, sent trip) step {
	query := withBody(refused, nil)
	query.Method, query.URL.Path, query.URL.RawQuery = http.MethodGet, operationNamed(exchangeTime.Operation).Path, ""
	response, answered, err := c.attempt(query, nil)
	if err != nil {
		return c.transport.clock.learn(time.Time{}, sent)
	}
	answered.offset = sent.offset
	return c.transport.clock.learn(timeIn(response.Body), answered)
}
