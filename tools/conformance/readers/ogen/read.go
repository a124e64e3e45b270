// Reads each answer with its generated model, and prints what the model holds.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"answers/api"
)

func model(name string) json.Unmarshaler {
	switch name {
	case "CancelOrderResponse":
		return &api.CancelOrderResponse{}
	case "QueryOrderResponse":
		return &api.QueryOrderResponse{}
	case "OrdersResponse":
		return &api.OrdersResponse{}
	case "CancelOpenOrdersResponse":
		return &api.CancelOpenOrdersResponse{}
	case "CancelOrdersResponse":
		return &api.CancelOrdersResponse{}
	default:
		return &api.ErrorResponse{}
	}
}

func main() {
	answers, err := os.Open(os.Getenv("ANSWERS"))
	if err != nil {
		panic(err)
	}
	lines := bufio.NewScanner(answers)
	for lines.Scan() {
		part := strings.Split(lines.Text(), "\t")
		read := model(part[1])
		if err := read.UnmarshalJSON([]byte(part[2])); err != nil {
			fmt.Printf("%s\t%s\n", part[0], strings.Split(err.Error(), "\n")[0])
			continue
		}
		said, err := json.Marshal(read)
		if err != nil {
			panic(err)
		}
		fmt.Printf("%s\t%s\n", part[0], said)
	}
}
