package bingxspot

import (
	"bytes"
	"errors"
	"net/http"
	"regexp"
	"unicode/utf8"
)

// shortestMasked is the length of the shortest key that is masked. A short key, as on a sandbox, is part of many words.
const shortestMasked = 12

var (
	printable     = regexp.MustCompile(`^[!-~]+$`)
	likeSignature = regexp.MustCompile(`[0-9a-f]{64}`)
)

// Credentials hold an API key and its secret and show neither: fmt and slog print the fields of a struct, but only the
// address of a function.
type Credentials struct {
	sign func([]Pair, http.Header) []Pair
	mask func([]byte) []byte
}

// NewCredentials returns credentials, or an error if the key cannot be sent or the secret cannot sign.
func NewCredentials(apiKey, apiSecret string) (Credentials, error) {
	if !printable.MatchString(apiKey) || apiSecret == "" || !utf8.ValidString(apiSecret) {
		return Credentials{}, errors.New("bingxspot: the API key must be printable ASCII, the secret UTF-8")
	}
	sign := func(pairs []Pair, header http.Header) []Pair {
		header.Set("X-BX-APIKEY", apiKey)
		return WithSignature(pairs, Sign(CanonicalString(pairs), apiSecret))
	}
	// A server may repeat the request in its answer.
	mask := func(body []byte) []byte {
		body = likeSignature.ReplaceAll(body, []byte("***"))
		if len(apiKey) < shortestMasked {
			return body
		}
		return bytes.ReplaceAll(body, []byte(apiKey), []byte("***"))
	}
	return Credentials{sign, mask}, nil
}
