package number

import "fmt"

// Show writes a number as the display does: a letter for each hundred.
func Show(count int64) string {
	return fmt.Sprintf("%c%02d", 'A'+rune(count/100%26), count%100)
}
