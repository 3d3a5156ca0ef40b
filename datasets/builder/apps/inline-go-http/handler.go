// Package function draws a bar for a share: /?of=200&done=50
package function

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

const width = 20

// Handler answers with a bar of text.
func Handler(w http.ResponseWriter, r *http.Request) {
	of, wrong := strconv.ParseFloat(r.URL.Query().Get("of"), 64)
	done, also := strconv.ParseFloat(r.URL.Query().Get("done"), 64)
	if wrong != nil || also != nil || of <= 0 || done < 0 || done > of {
		http.Error(w, "of and done are numbers, done is not more than of", http.StatusBadRequest)
		return
	}
	full := int(done / of * width)
	fmt.Fprintf(w, "[%s%s] %.0f %%\n", strings.Repeat("#", full), strings.Repeat(".", width-full), 100*done/of)
}
