package bingxspot

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
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

// A ParameterError names a parameter that is not allowed. Nothing was sent.
type ParameterError struct{ Parameter, Problem string }

// Error returns the parameter and what is wrong with it.
func (e *ParameterError) Error() string { return "bingxspot: " + e.Parameter + " " + e.Problem }

// A pair is a parameter with the text that is signed, and the same as JSON.
type pair struct{ name, text, json string }

// values are parameters or the members of a JSON object: strings, bools, and numbers as json.Number.
type values = map[string]any

// signable sorts parameters by name and gives each its text. The signature of an earlier attempt is left out.
func signable(parameters values) ([]pair, error) {
	var pairs []pair
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		if name == "signature" {
			continue
		}
		text, problem := textOf(parameters[name])
		// Any of these could forge a second parameter; a name is not URL-encoded, so # would cut off a query string.
		if strings.ContainsAny(name, "&=?#\r\n") || strings.ContainsAny(text, "&=?\r\n") || !utf8.ValidString(name+text) {
			problem = "holds & = ? or a line break, # in its name, or is not UTF-8"
		}
		if problem != "" {
			return nil, &ParameterError{name, problem}
		}
		asJSON := text
		if _, isText := parameters[name].(string); isText {
			asJSON = quoted(text)
		}
		pairs = append(pairs, pair{name, text, asJSON})
	}
	return pairs, nil
}

// signed appends the signature, which is last in every placement: lower-case hex HMAC-SHA256 of the canonical string.
func signed(pairs []pair, secret string) []pair {
	digest := hmac.New(sha256.New, []byte(secret))
	digest.Write([]byte(canonical(pairs)))
	signature := fmt.Sprintf("%x", digest.Sum(nil))
	return append(slices.Clip(pairs), pair{"signature", signature, quoted(signature)})
}

// canonical returns the text to sign: nothing is URL-encoded.
func canonical(pairs []pair) string {
	return joined(pairs, "&", func(p pair) string { return p.name + "=" + p.text })
}

// jsonBody writes the pairs as a JSON object, numbers in the very text that was signed.
func jsonBody(pairs []pair) string {
	return "{" + joined(pairs, ",", func(p pair) string { return quoted(p.name) + ":" + p.json }) + "}"
}

// queryString writes the pairs as a query string or form body. A plus sign itself is %2B.
func queryString(pairs []pair) string {
	return joined(pairs, "&", func(p pair) string {
		return p.name + "=" + strings.ReplaceAll(url.QueryEscape(p.text), "+", "%20")
	})
}

func joined(pairs []pair, separator string, write func(pair) string) string {
	texts := make([]string, len(pairs))
	for i, pair := range pairs {
		texts[i] = write(pair)
	}
	return strings.Join(texts, separator)
}

// textOf returns the text of a value, or the problem with it.
func textOf(value any) (text, problem string) {
	switch value := value.(type) {
	case string:
		return value, ""
	case bool:
		return strconv.FormatBool(value), ""
	case json.Number:
		return numberText(value)
	}
	return "", fmt.Sprintf("is of type %T", value)
}

func numberText(number json.Number) (text, problem string) {
	if integer, isInteger := new(big.Int).SetString(number.String(), 10); isInteger {
		return integer.String(), ""
	}
	float, err := number.Float64()
	if err != nil || math.IsInf(float, 0) || math.IsNaN(float) {
		return "", "is no number that a double can hold"
	}
	digits := -1 // after the point: the fewest that read back as the same double
	if float == math.Trunc(float) {
		digits = 0 // and before it all of them
	}
	return strconv.FormatFloat(cmp.Or(float, 0), 'f', digits, 64), "" // -0 is written 0
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
