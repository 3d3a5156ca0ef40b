package number

import "testing"

func TestShow(t *testing.T) {
	if got := Show(107); got != "B07" {
		t.Errorf("Show(107) = %q", got)
	}
}
