package main

import (
	"fmt"
	"net/http"
)

func answer(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintln(w, "who is there?")
}
