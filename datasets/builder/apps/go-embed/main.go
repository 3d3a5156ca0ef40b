package main

import (
	"embed"
	"flag"
	"html/template"
	"log"
	"net/http"
	"os"
)

//go:embed pages/*.html
var pages embed.FS

func main() {
	addr := flag.String("addr", ":8085", "where to listen")
	flag.Parse()
	templates := template.Must(template.ParseFS(pages, "pages/*.html"))
	checks := parse(os.Getenv("CHECKS"))
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if err := templates.ExecuteTemplate(w, "index.html", checks); err != nil {
			log.Print(err)
		}
	})
	log.Printf("status page on %s", *addr)
	log.Fatal(http.ListenAndServe(*addr, nil))
}
