package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
)

func main() {
	port := os.Getenv("PORT")
	if port == "" {
		port = "8002"
	}
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "rounds: %d\n", len(rounds([]string{"Mill Lane", "Quay", "Station"})))
	})
	log.Fatal(http.ListenAndServe(":"+port, nil))
}
