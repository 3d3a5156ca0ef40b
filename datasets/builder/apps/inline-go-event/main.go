// Turns a time of the day in one place into that of another, by their distance from Greenwich in hours.
package main

import (
	"context"
	"fmt"
	"time"
)

type question struct {
	Clock string `json:"clock"`
	From  int    `json:"from"`
	To    int    `json:"to"`
}

type answer struct {
	Clock string `json:"clock"`
	Day   string `json:"day"`
}

func handler(_ context.Context, asked question) (answer, error) {
	given, err := time.Parse("15:04", asked.Clock)
	if err != nil {
		return answer{}, fmt.Errorf("the clock %q: %w", asked.Clock, err)
	}
	there := given.Add(time.Duration(asked.To-asked.From) * time.Hour)
	day := "the same day"
	if there.YearDay() != given.YearDay() || there.Year() != given.Year() {
		day = "another day"
	}
	return answer{Clock: there.Format("15:04"), Day: day}, nil
}
