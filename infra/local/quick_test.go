package local_test

import ("testing";"time")

func TestQuick(t *testing.T) {
	start := time.Now()
	w := newWorld(t, 1, nil)
	t.Log("world", time.Since(start))
	w.apply("shop", threePhases("shop").String())
	w.push("shop", "1.0.0", site("1.0.0"))
	w.run(time.Hour)
	t.Log("staging", time.Since(start))
	w.approveAll("shop")
	w.run(time.Hour)
	t.Log("end", time.Since(start), w.statuses("shop"))
	t.Log(w.deadLetters(), w.objects("storefront-site", ""))
}
