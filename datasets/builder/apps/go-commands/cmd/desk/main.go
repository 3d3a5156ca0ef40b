package main

import (
	"fmt"
	"log"
	"net/http"
	"sync/atomic"

	"example.com/queue/internal/number"
)

func main() {
	var last int64
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "<h1>Take a number</h1><p>The last one was %s.</p>", number.Show(atomic.LoadInt64(&last)))
	})
	http.HandleFunc("/take", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, number.Show(atomic.AddInt64(&last, 1)))
	})
	log.Fatal(http.ListenAndServe(":8081", nil))
}
