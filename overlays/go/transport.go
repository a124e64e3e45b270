package bingxspot

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync/atomic"
)

// A Placement is the part of the request that holds the parameters of a POST.
type Placement int

// The placements; JSON is the contract's.
const (
	JSON Placement = iota
	Query
	Form
)

// A Transport is an [http.RoundTripper] that stamps and signs each attempt on a copy of the request. Retries belong
// above it.
type Transport struct {
	Credentials Credentials
	Placement   Placement
	// Base sends the requests; nil for http.DefaultTransport, which never uses a proxy for a loopback host.
	Base http.RoundTripper

	clock clock
	// unseen is whether the server has said that it sees no parameters in JSON; then 2 if it saw none elsewhere either.
	unseen atomic.Int32
}

// placement returns where the parameters of a POST go.
func (t *Transport) placement() Placement {
	if t.unseen.Load() == 1 {
		return Query
	}
	return t.Placement
}

// fallBack notes that the server does not see the parameters where the contract puts them, and returns whether the query
// string, which public clients send, is worth a try.
func (t *Transport) fallBack() bool {
	return t.Placement == JSON && t.unseen.Add(1) == 1
}

// RoundTrip sends a stamped and signed copy of the request. It returns a [ParameterError] for a parameter that is not
// allowed or a URL that would give the API key away, and an error instead of following a redirect, which would do so too.
func (t *Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	body, err := readBody(request)
	if err != nil {
		return nil, err
	}
	if t.Credentials.sign == nil {
		return nil, errors.New("bingxspot: no credentials")
	}
	if request.Response != nil {
		return nil, errors.New("bingxspot: a redirect is not followed")
	}
	if err := checkOrigin(request.URL); err != nil {
		return nil, err
	}
	parameters, err := parametersOf(request, body)
	if err != nil {
		return nil, err
	}
	signed, err := t.signed(request, parameters)
	if err != nil {
		return nil, err
	}
	response, err := cmp.Or(t.Base, http.DefaultTransport).RoundTrip(signed)
	if err == nil {
		// Not the copy, which holds the API key.
		response.Request = request
	}
	return response, err
}

func (t *Transport) signed(request *http.Request, parameters Parameters) (*http.Request, error) {
	op := operationOf(request)
	if slices.Contains(op.Injected, "timestamp") {
		parameters["timestamp"] = json.Number(strconv.FormatInt(t.clock.now(), 10))
	}
	pairs, err := Signable(parameters)
	if err != nil {
		return nil, err
	}
	header, query, body := request.Header.Clone(), "", ""
	if op.Signed {
		pairs = t.Credentials.sign(pairs, header)
	}
	switch {
	case request.Method == http.MethodGet || t.placement() == Query: // a GET has no body
		query = QueryString(pairs)
		header.Del("Content-Type")
	case t.placement() == Form:
		body = QueryString(pairs)
		header.Set("Content-Type", "application/x-www-form-urlencoded")
	default:
		body = JSONBody(pairs)
		header.Set("Content-Type", "application/json")
	}
	signed := withBody(request, []byte(body))
	signed.Header, signed.URL.RawQuery = header, query
	return signed, nil
}

// parametersOf returns the caller's parameters, without injected ones.
func parametersOf(request *http.Request, body []byte) (Parameters, error) {
	parameters := Parameters{}
	for name, values := range request.URL.Query() {
		if len(values) > 1 {
			return nil, &ParameterError{name, "is given twice"}
		}
		parameters[name] = values[0]
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(&parameters); len(body) > 0 && (err != nil || parameters == nil) {
		return nil, &ParameterError{"body", "is not a JSON object"}
	}
	delete(parameters, "timestamp")
	delete(parameters, "signature")
	return parameters, operationOf(request).check(parameters)
}

// checkOrigin refuses plain HTTP that leaves the machine, and a password, which logs would show.
func checkOrigin(to *url.URL) error {
	host := to.Hostname()
	loopback := host == "localhost" || net.ParseIP(host).IsLoopback()
	if host == "" || to.User != nil || to.Scheme != "https" && (to.Scheme != "http" || !loopback) {
		return &ParameterError{"url", "must be https://HOST, or http for a loopback host"}
	}
	return nil
}

func readBody(request *http.Request) ([]byte, error) {
	if request.Body == nil {
		return nil, nil
	}
	defer request.Body.Close()
	return io.ReadAll(request.Body)
}

// withBody returns a copy of the request with this body, which a layer below can read more than once.
func withBody(request *http.Request, body []byte) *http.Request {
	copied := request.Clone(request.Context())
	copied.Body, copied.GetBody, copied.ContentLength = http.NoBody, nil, int64(len(body))
	if len(body) > 0 {
		copied.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
		copied.Body, _ = copied.GetBody()
	}
	return copied
}
