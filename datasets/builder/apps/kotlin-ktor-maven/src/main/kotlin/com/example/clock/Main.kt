package com.example.clock

import io.ktor.server.application.call
import io.ktor.server.cio.CIO
import io.ktor.server.engine.embeddedServer
import io.ktor.server.response.respondText
import io.ktor.server.routing.get
import io.ktor.server.routing.post
import io.ktor.server.routing.routing

fun main() {
    val clock = Clock(minutes = 5)
    val port = System.getenv("PORT")?.toInt() ?: 8089
    embeddedServer(CIO, port = port, host = "0.0.0.0") {
        routing {
            get("/") { call.respondText("chess clock ${clock.show()}") }
            get("/health") { call.respondText("ok") }
            post("/press") {
                clock.press()
                call.respondText(clock.show())
            }
        }
    }.start(wait = true)
}
