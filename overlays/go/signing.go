package bingxspot

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/big"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Parameters are the parameters of a request by name. A value is a string, a bool or a json.Number, as a JSON decoder
// with UseNumber returns it.
type Parameters map[string]any

// A ParameterError names a parameter that is not allowed. Nothing was sent.
type ParameterError struct {
	Parameter, Problem string
}

// Error returns the parameter and what is wrong with it.
func (e *ParameterError) Error() string { return "bingxspot: " + e.Parameter + " " + e.Problem }

// A Pair is a parameter with the text of its value that is both signed and sent.
type Pair struct {
	Name, Text string
	// Quoted is whether JSON writes the text in quotes: the value is a text, not a number or bool.
	Quoted bool
}

// Signable sorts parameters by name and gives each its text, or returns a [ParameterError]. The signature of an
// earlier attempt is left out.
func Signable(parameters Parameters) ([]Pair, error) {
	var pairs []Pair
	// By name only: order comes before order2.
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		if name == "signature" {
			continue
		}
		text, problem := textOf(parameters[name])
		if problem = cmp.Or(problem, problemOf(name, "&=?#\r\n"), problemOf(text, "&=?\r\n")); problem != "" {
			return nil, &ParameterError{name, problem}
		}
		_, quoted := parameters[name].(string)
		pairs = append(pairs, Pair{name, text, quoted})
	}
	return pairs, nil
}

// CanonicalString returns the text to sign: key=value joined by &, nothing URL-encoded.
func CanonicalString(pairs []Pair) string {
	return joined(pairs, "&", func(pair Pair) string { return pair.Name + "=" + pair.Text })
}

// Sign computes the signature: lower-case hex HMAC-SHA256 of the canonical string under the API secret.
func Sign(canonical, secret string) string {
	digest := hmac.New(sha256.New, []byte(secret))
	digest.Write([]byte(canonical))
	return hex.EncodeToString(digest.Sum(nil))
}

// WithSignature appends the signature, which is last in every placement.
func WithSignature(pairs []Pair, signature string) []Pair {
	return append(slices.Clip(pairs), Pair{"signature", signature, true})
}

// JSONBody writes the pairs as a JSON object, numbers in the very text that was signed.
func JSONBody(pairs []Pair) string {
	return "{" + joined(pairs, ",", func(pair Pair) string {
		if pair.Quoted {
			return quoted(pair.Name) + ":" + quoted(pair.Text)
		}
		return quoted(pair.Name) + ":" + pair.Text
	}) + "}"
}

// QueryString writes the pairs as a query string or form body, values URL-encoded: only now, after signing.
func QueryString(pairs []Pair) string {
	return joined(pairs, "&", func(pair Pair) string {
		// A plus sign itself is %2B by now.
		return pair.Name + "=" + strings.ReplaceAll(url.QueryEscape(pair.Text), "+", "%20")
	})
}

func joined(pairs []Pair, separator string, write func(Pair) string) string {
	texts := make([]string, len(pairs))
	for i, pair := range pairs {
		texts[i] = write(pair)
	}
	return strings.Join(texts, separator)
}

// textOf returns the text of a value, or the problem with it.
func textOf(value any) (text, problem string) {
	switch value := value.(type) {
	case nil:
		return "", "is null"
	case string:
		return value, ""
	case bool:
		return strconv.FormatBool(value), ""
	case json.Number:
		return numberText(value)
	default:
		return "", fmt.Sprintf("is of type %T", value)
	}
}

func numberText(number json.Number) (text, problem string) {
	if integer, ok := new(big.Int).SetString(number.String(), 10); ok {
		return integer.String(), ""
	}
	float, err := number.Float64()
	if err != nil || math.IsInf(float, 0) || math.IsNaN(float) {
		return "", "is no number that a double can hold"
	}
	if float == math.Trunc(float) {
		// All of the digits, which FormatFloat would round from 2^53 on; and -0 is written 0.
		integer, _ := big.NewFloat(float).Int(nil)
		return integer.String(), ""
	}
	return strconv.FormatFloat(float, 'f', -1, 64), ""
}

// problemOf finds what would keep a name or a text from being signed. A forbidden character could forge a second
// parameter in the canonical string; a name is not URL-encoded, so # in it would cut off a query string.
func problemOf(text, forbidden string) string {
	if !utf8.ValidString(text) {
		return "is not UTF-8"
	}
	if i := strings.IndexAny(text, forbidden); i >= 0 {
		return fmt.Sprintf("holds %q", text[i])
	}
	return ""
}

// literal removes escapes that JSON does not require. Two backslashes are one escaped backslash and stay.
var literal = strings.NewReplacer(`\\`, `\\`, `\u2028`, "\u2028", `\u2029`, "\u2029")

func quoted(text string) string {
	var written bytes.Buffer
	encoder := json.NewEncoder(&written)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text) // a string can always be written
	return literal.Replace(strings.TrimSuffix(written.String(), "\n"))
}
