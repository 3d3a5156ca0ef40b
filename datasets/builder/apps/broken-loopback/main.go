package main

import (
	"log"
	"net/http"
)

func main() {
	http.HandleFunc("/", answer)
	log.Fatal(http.ListenAndServe("127.0.0.1:8093", nil))
}
