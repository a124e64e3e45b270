package bingxspot

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
)

// queryEach queries each order of the call in rounds, and ends it with the answer that this proves.
func (c *call) queryEach() {
	parameter, own := "", ""
	for name, mine := range c.op.Outcome.SettledBy.Each {
		if _, given := c.parameters[mine]; given {
			parameter, own = name, mine
		}
	}
	items, cancelled, others := c.op.Answer.Items, []members{}, []members{}
	left := slices.Compact(strings.Split(fmt.Sprint(c.parameters[own]), ","))
	for len(left) > 0 && c.queries < mostQueries && c.timeLeft {
		left = slices.DeleteFunc(left, func(id string) bool {
			asked := c.queryFor(c.parameters)
			asked[parameter] = id
			got := c.once(c.settling(), asked, false)
			c.queries++
			state := c.op.Outcome.States.state(got.order)
			switch {
			case state == canceled:
				cancelled = append(cancelled, got.order)
			case state == filled || state == failed || state == open && c.isYoung(got):
				got.order[parameter], _ = json.Marshal(id)
				others = append(others, got.order)
			default:
				return false
			}
			return true
		})
		c.pause()
		c.look()
	}
	if len(left) > 0 {
		c.err = &Ending{Kind: Unknown, Advice: QueryEach, Err: fmt.Errorf("orders %s: %w", strings.Join(left, ", "), c.ambiguous.err)}
		return
	}
	lists := map[string]any{items.In: cancelled, items.Failures.In: others}
	body, err := json.Marshal(map[string]any{"code": 0, "msg": "", "data": lists})
	c.done = &http.Response{Status: "200 OK", StatusCode: http.StatusOK, Request: c.request, Body: io.NopCloser(bytes.NewReader(body)),
		Header: http.Header{"Content-Type": {"application/json"}}, ContentLength: int64(len(body))}
	c.err = err
}
