(ns lunch.core
  (:require [lunch.places :as places])
  (:import (com.sun.net.httpserver HttpHandler HttpServer)
           (java.net InetSocketAddress))
  (:gen-class))

(defn -main [& _]
  (let [port (Integer/parseInt (or (System/getenv "PORT") "8092"))
        server (HttpServer/create (InetSocketAddress. port) 0)]
    (.createContext server "/"
                    (reify HttpHandler
                      (handle [_ exchange]
                        (let [body (.getBytes (str "lunch: " (places/today) "\n"))]
                          (.sendResponseHeaders exchange 200 (count body))
                          (doto (.getResponseBody exchange) (.write body) (.close))))))
    (.start server)
    (println "lunch on port" port)))
