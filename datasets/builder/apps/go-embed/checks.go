package main

import "strings"

type check struct{ Name, URL string }

func parse(text string) []check {
	var found []check
	for _, one := range strings.Split(text, ",") {
		if name, url, ok := strings.Cut(one, "="); ok {
			found = append(found, check{name, url})
		}
	}
	return found
}
