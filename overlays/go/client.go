// Package bingxspot lays signing over a generated client of the BingX exchange: a [Transport] stamps and signs each
// attempt, and a [Client] believes a success only if it names the order that was asked for. The rules are those of
// spec/signing.md; spec/vectors/ proves them.
package bingxspot

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"time"
)

// longestBody is in bytes. An answer has some hundred; what goes on and on is none.
const longestBody = 1 << 20

// A Client sends what a generated client asks for, and returns successes that can be believed. It is oapi-codegen's
// HttpRequestDoer.
type Client struct {
	// HTTP sends. It has a timeout of ten seconds and follows no redirect.
	HTTP *http.Client

	transport *Transport
}

// NewClient returns a client that signs with this transport.
func NewClient(transport *Transport) *Client {
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{&http.Client{Transport: transport, Timeout: 10 * time.Second, CheckRedirect: stay}, transport}
}

// Do sends the request. If the exchange refuses its timestamp, it is sent once more, with the exchange's own time.
//
// Errors: a [ParameterError], and nothing was sent; an [Error], which says what the exchange's answer means; any
// other, and nobody knows what became of the order.
func (c *Client) Do(request *http.Request) (*http.Response, error) {
	body, err := readBody(request)
	if err != nil {
		return nil, err
	}
	asked, err := parametersOf(request, body)
	if err != nil {
		return nil, err
	}
	for repaired := false; ; repaired = true {
		response, sent, err := c.attempt(withBody(request, body), asked)
		refusal, isRefusal := errors.AsType[*Error](err)
		if !isRefusal {
			return response, err
		}
		next := c.transport.clock.after(refusal, sent, repaired)
		if next == ask {
			next = c.askTime(request, sent)
		}
		if next != again {
			return nil, err
		}
	}
}

// attempt sends the request once. The response is a believed success; its body is read already.
func (c *Client) attempt(request *http.Request, asked Parameters) (*http.Response, trip, error) {
	clock := &c.transport.clock
	sent := trip{offset: clock.offset.Load(), sentAt: clock.now()}
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
	came := answer{response.StatusCode, response.Header, c.transport.Credentials.mask(body)}
	if body, err = judge(operationOf(request), asked, came); err != nil {
		return nil, sent, err
	}
	response.Body, response.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	// Whatever the server called it: a generated client reads JSON only under that name.
	response.Header.Set("Content-Type", "application/json")
	return response, sent, nil
}

// askTime asks the exchange for its time. Where that fails, the caller is told of the refusal, not of this.
func (c *Client) askTime(refused *http.Request, sent trip) step {
	address, _ := operationNamed("serverTime")
	question := withBody(refused, nil)
	question.Method, question.URL.Path, question.URL.RawQuery = http.MethodGet, address, ""
	response, asked, err := c.attempt(question, nil)
	if err != nil {
		return c.transport.clock.learn(time.Time{}, sent)
	}
	asked.offset = sent.offset
	return c.transport.clock.learn(toldTime(response.Body), asked)
}
