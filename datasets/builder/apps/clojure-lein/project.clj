(defproject lunch "0.1.0"
  :description "Where do we eat today?"
  :dependencies [[org.clojure/clojure "1.11.4"]]
  :main lunch.core
  :aot [lunch.core]
  :uberjar-name "lunch.jar"
  :profiles {:uberjar {:aot :all}})
