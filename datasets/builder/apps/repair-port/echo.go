package main

import (
	"fmt"
	"net/http"
	"strings"
)

func address() string {
	return strings.Join([]string{"0.0.0.0", "8095"}, ":")
}

func echo(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintf(w, "echo %s\n", r.URL.Path)
}
