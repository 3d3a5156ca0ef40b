package main

import (
	"encoding/json"
	"net/http"

	"github.com/go-chi/chi/v5"

	"example.com/bookmarks/internal/store"
)

func mount(router chi.Router, kept *store.Store) {
	router.Get("/bookmarks", func(w http.ResponseWriter, r *http.Request) {
		json.NewEncoder(w).Encode(kept.All())
	})
	router.Post("/bookmarks", func(w http.ResponseWriter, r *http.Request) {
		var one store.Bookmark
		if json.NewDecoder(r.Body).Decode(&one) != nil || one.URL == "" {
			http.Error(w, "url is needed", http.StatusBadRequest)
			return
		}
		kept.Add(one)
		w.WriteHeader(http.StatusCreated)
	})
}
