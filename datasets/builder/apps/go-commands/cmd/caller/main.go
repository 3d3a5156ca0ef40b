package main

import (
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"

	"example.com/queue/internal/number"
)

func main() {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	ticker := time.NewTicker(30 * time.Second)
	log.Print("calling numbers")
	for next := int64(1); ; next++ {
		select {
		case <-ticker.C:
			log.Printf("number %s, please", number.Show(next))
		case <-stop:
			return
		}
	}
}
