// Serves functions over HTTP with Go's own library.
//
// PORT says where (8080 where it is not set). GET /healthz says that it is well. SIGTERM lets running calls end first.

package main

import (
	"context"
	"encoding/json"
	"errors"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"
)

const (
	servingHealthPath = "/healthz"
	servingMaxBytes   = 6 << 20          // of a request's body
	servingReadTime   = 30 * time.Second // for a whole request
	servingCallTime   = 60 * time.Second // then the function's context ends
	servingGraceTime  = 8 * time.Second  // for running calls after SIGTERM; Kubernetes kills after 30
	servingMaxCalls   = 64               // at a time; more are told 503
)

func main() {
	name := ""
	if len(os.Args) > 1 {
		name = os.Args[1]
	}
	function, known := servingFunctions[name]
	if !known {
		log.Fatalf("there is no function %q", name)
	}
	port := os.Getenv("PORT")
	if port == "" {
		port = "8080"
	}
	server := &http.Server{
		Handler:           servingHealth(servingBounded(servingSafely(function))),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       servingReadTime,
		WriteTimeout:      servingReadTime + servingCallTime + 5*time.Second,
		IdleTimeout:       75 * time.Second,
		MaxHeaderBytes:    64 << 10,
	}
	asked, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	failed := make(chan error, 1)
	listener, err := net.Listen("tcp", "0.0.0.0:"+port)
	if err != nil {
		log.Fatal(err)
	}
	go func() { failed <- server.Serve(listener) }()
	log.Printf("%s is served on port %d", name, listener.Addr().(*net.TCPAddr).Port)
	select {
	case err := <-failed:
		log.Fatal(err)
	case <-asked.Done():
	}
	grace, cancel := context.WithTimeout(context.Background(), servingGraceTime)
	defer cancel()
	if err := server.Shutdown(grace); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		log.Print(err)
	}
}

// servingHealth answers who asks whether it is well.
func servingHealth(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == servingHealthPath && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
			servingJSON(w, http.StatusOK, map[string]string{"status": "ok"})
			return
		}
		next.ServeHTTP(w, r)
	})
}

// servingBounded limits the calls at a time, their bodies and their time.
func servingBounded(next http.Handler) http.Handler {
	slots := make(chan struct{}, servingMaxCalls)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength > servingMaxBytes {
			servingError(w, http.StatusRequestEntityTooLarge, "the body is too large")
			return
		}
		select {
		case slots <- struct{}{}:
			defer func() { <-slots }()
		default:
			servingError(w, http.StatusServiceUnavailable, "busy")
			return
		}
		limited, cancel := context.WithTimeout(r.Context(), servingCallTime)
		defer cancel()
		r = r.WithContext(limited)
		r.Body = http.MaxBytesReader(w, r.Body, servingMaxBytes)
		next.ServeHTTP(w, r)
	})
}

// servingSafely logs a panic and tells the client no more than that there was one.
func servingSafely(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		watched := &servingWriter{ResponseWriter: w}
		defer func() {
			said := recover()
			if said == nil {
				return
			}
			if said != http.ErrAbortHandler {
				log.Printf("%s %s failed: %v\n%s", r.Method, r.URL.Path, said, debug.Stack())
			}
			if said == http.ErrAbortHandler || watched.began {
				panic(http.ErrAbortHandler) // a reply is under way: the connection is cut
			}
			servingError(w, http.StatusInternalServerError, "the function failed")
		}()
		next.ServeHTTP(watched, r)
	})
}

// servingWriter knows whether a reply has begun.
type servingWriter struct {
	http.ResponseWriter
	began bool
}

func (w *servingWriter) WriteHeader(status int) {
	w.began = true
	w.ResponseWriter.WriteHeader(status)
}

func (w *servingWriter) Write(data []byte) (int, error) {
	w.began = true
	return w.ResponseWriter.Write(data)
}

// Flush sends what was written so far, for functions that stream.
func (w *servingWriter) Flush() {
	if flusher, can := w.ResponseWriter.(http.Flusher); can {
		w.began = true
		flusher.Flush()
	}
}

// Unwrap lets http.ResponseController reach the writer below.
func (w *servingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func servingError(w http.ResponseWriter, status int, message string) {
	servingJSON(w, status, map[string]string{"error": message})
}

func servingJSON(w http.ResponseWriter, status int, value interface{}) {
	data, err := json.Marshal(value)
	if err != nil {
		log.Print(err)
		status, data = http.StatusInternalServerError, []byte(`{"error":"the function failed"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if _, err := w.Write(data); err != nil {
		log.Print(err)
	}
}
