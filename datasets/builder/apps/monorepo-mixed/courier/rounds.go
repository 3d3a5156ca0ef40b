package main

const perRound = 2

func rounds(addresses []string) [][]string {
	var found [][]string
	for len(addresses) > perRound {
		found = append(found, addresses[:perRound])
		addresses = addresses[perRound:]
	}
	return append(found, addresses)
}
