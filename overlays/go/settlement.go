package bingxspot

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// queryEach queries each order of the call in rounds, and ends it with the answer that this proves.
func (c *call) queryEach() {
	parameter, own := "", ""
	for name, mine := range c.op.Outcome.SettledBy.Each {
		if c.parameters[mine] != nil {
			parameter, own = name, mine
		}
	}
	cancelled, others := []values{}, []values{}
	left := slices.Compact(strings.Split(text(c.parameters[own]), ","))
	for len(left) > 0 && c.queries < mostQueries && c.timeLeft() {
		left = slices.DeleteFunc(left, func(id string) bool {
			asked := c.queryFor(c.parameters)
			asked[parameter] = id
			got := c.once(c.settling(), asked, false)
			c.queries++
			state := c.op.Outcome.States.of(got.order)
			switch {
			case state == "" || state == StillOpen && !c.isYoung(got):
				return false
			case state == AlreadyCanceled:
				cancelled = append(cancelled, got.order)
			default:
				got.order[parameter] = id
				others = append(others, got.order)
			}
			return true
		})
		c.pause()
	}
	if len(left) > 0 {
		c.err = &Ending{Kind: Unknown, Advice: QueryEach, Err: fmt.Errorf("orders %s: %w", strings.Join(left, ", "), c.ambiguous.err)}
		return
	}
	items := c.op.Answer.Items
	lists := values{items.In: cancelled, items.Failures.In: others}
	c.done(&reply{envelope: values{"code": json.Number("0"), "msg": "", "data": lists}})()
}
