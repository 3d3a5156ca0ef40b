package store

import "sync"

type Bookmark struct {
	URL   string `json:"url"`
	Title string `json:"title"`
}

type Store struct {
	mu    sync.Mutex
	items []Bookmark
}

func New() *Store {
	return &Store{items: []Bookmark{{URL: "https://example.com", Title: "An example"}}}
}

func (s *Store) Add(one Bookmark) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.items = append(s.items, one)
}

func (s *Store) All() []Bookmark {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Bookmark(nil), s.items...)
}
