package anagrams

import com.sun.net.httpserver.HttpServer
import java.net.InetSocketAddress

object Main:
  def main(arguments: Array[String]): Unit =
    val port = sys.env.get("PORT").fold(8091)(_.toInt)
    val server = HttpServer.create(InetSocketAddress(port), 0)
    server.createContext("/", exchange =>
      val word = exchange.getRequestURI.getPath.drop(1)
      val body = (if word.isEmpty then "anagrams: try /listen\n" else Words.of(word).mkString("", "\n", "\n")).getBytes
      exchange.sendResponseHeaders(200, body.length)
      exchange.getResponseBody.write(body)
      exchange.close()
    )
    server.start()
