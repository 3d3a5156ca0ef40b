package com.example.clock

class Clock(minutes: Long) {
    private val left = longArrayOf(minutes * 60_000, minutes * 60_000)
    private var turn = 0
    private var since = System.currentTimeMillis()

    @Synchronized
    fun press() {
        val now = System.currentTimeMillis()
        left[turn] -= now - since
        since = now
        turn = 1 - turn
    }

    @Synchronized
    fun show() = left.joinToString(" : ") { "%d:%02d".format(it / 60_000, it / 1000 % 60) }
}
