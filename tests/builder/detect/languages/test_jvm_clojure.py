"""Programs of Clojure, by Leiningen and by its own tools, as plans."""

import pytest

from builder.plan import Kind
from tests.builder.detect.languages.jvm_cases import Case, check, planned

RING = """(defproject acme/shop "0.1.0-SNAPSHOT"
  ; a comment with (brackets
  :dependencies [[org.clojure/clojure "1.11.1"]
                 [compojure "1.7.0"]
                 [ring/ring-jetty-adapter "1.11.0" :exclusions [a/b]]
                 #_[not/this "1"]
                 [org.postgresql/postgresql "42.7.3"]]
  :main ^:skip-aot shop.core
  :target-path "target/%s"
  :profiles {:uberjar {:aot :all}})
"""
CORE = (
    "(ns shop.core\n  (:require [ring.adapter.jetty :refer [run-jetty]])\n  (:gen-class))\n\n(defn -main "
    '[& args]\n  (run-jetty app {:port (Integer/parseInt (or (System/getenv "PORT") "3003"))}))\n'
)
DEPS = (
    '{:paths ["src"]\n :deps {org.clojure/clojure {:mvn/version "1.12.0"}\n        http-kit/http-kit '
    '{:mvn/version "2.8.0"}}\n :aliases {:run {:main-opts ["-m" "shop.core"]}%s}}\n'
)
KIT = (
    "(ns shop.core (:require [org.httpkit.server :as http]) (:gen-class))\n(defn -main [] "
    "(http/run-server app {:port 8092}))\n"
)

CASES = (
    Case(
        id="Ring by Leiningen",
        files={"project.clj": RING, "src/shop/core.clj": CORE},
        tool="lein",
        framework="compojure",
        start="java -jar target/uberjar/shop-0.1.0-SNAPSHOT-standalone.jar",
        port=3003,
        services=("postgresql",),
    ),
    Case(
        id="a name of its own",
        files={
            "project.clj": RING.replace("{:aot :all}", '{:aot :all :uberjar-name "shop.jar"}').replace(
                '  :target-path "target/%s"\n', ""
            ),
            "src/shop/core.clj": CORE,
        },
        tool="lein",
        framework="compojure",
        start="java -jar target/shop.jar",
        port=3003,
        services=("postgresql",),
    ),
    Case(
        id="a port that stands behind its variable",
        files={
            "deps.edn": DEPS % "",
            "src/shop/core.clj": "(ns shop.core (:require [org.httpkit.server :as http]) (:gen-class))\n"
            '(defn -main []\n  (let [p (parse-long (or (System/getenv "PORT") "8094"))]\n'
            "    (http/run-server app (options p))))\n",
        },
        tool="clojure",
        framework="http-kit",
        start="clojure -M:run",
        port=8094,
    ),
    Case(
        id="a handler for lein-ring",
        files={
            "project.clj": '(defproject shop "1.0" :dependencies [[compojure "1.7.0"] [ring/ring-defaults "0.5"]] '
            ':plugins [[lein-ring "0.12.6"]]'
            " :ring {:handler shop.handler/app :port 3100})",
            "src/shop/handler.clj": "(ns shop.handler)\n(defn app [r] r)\n",
        },
        tool="lein",
        framework="compojure",
        start="java -jar target/shop-1.0-standalone.jar",
        port=3100,
    ),
    Case(
        id="an alias that runs",
        files={"deps.edn": DEPS % "", "src/shop/core.clj": KIT},
        tool="clojure",
        framework="http-kit",
        start="clojure -M:run",
        port=8092,
    ),
    Case(
        id="a build that makes one jar",
        files={
            "deps.edn": DEPS % " :build {:deps {} :ns-default build}",
            "build.clj": '(ns build)\n(def lib \'acme/shop)\n(def version "1.2")\n(def uber-file (format '
            '"target/%s-%s.jar" (name lib) version))\n'
            "(defn uber [_] (b/uber {:uber-file uber-file :main 'shop.core}))\n",
            "src/shop/core.clj": KIT,
        },
        tool="clojure",
        framework="http-kit",
        start="java -jar target/shop-1.2.jar",
        port=8092,
    ),
    Case(
        id="a main function and no alias",
        files={
            "deps.edn": '{:deps {aleph/aleph {:mvn/version "0.8"}}}',
            "src/shop/main.clj": "(ns shop.main)\n(defn -main [& _] (http/start-server app {:port 8093}))\n",
        },
        tool="clojure",
        framework="aleph",
        start="clojure -M -m shop.main",
        port=8093,
    ),
    Case(
        id="a library",
        files={
            "project.clj": '(defproject acme/lib "1.0" :dependencies [])',
            "src/acme/lib.clj": "(ns acme.lib)\n(defn f [] 1)\n",
        },
        tool="lein",
        kind=Kind.LIBRARY,
    ),
    Case(
        id="a command line",
        files={
            "project.clj": '(defproject tool "1.0" :main tool.core :dependencies [[org.clojure/tools.cli "1.1"]])',
            "src/tool/core.clj": "(ns tool.core)\n(defn -main [& a] 1)\n",
        },
        tool="lein",
        kind=Kind.CLI,
        start="java -jar target/tool-1.0-standalone.jar",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_clojure_program_is_planned(case: Case) -> None:
    from dataclasses import replace

    check(replace(case, language="clojure", version="21"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "(defproject",
        "(defproject x",
        '(defproject x "1" :dependencies [[',
        "))))",
        "(" * 5000,
        "{:deps {a {:b",
        "#_ #_ #_",
        '"',
        "#=(shutdown)",
    ],
    ids=[
        "empty",
        "a head",
        "a name",
        "open",
        "closing",
        "deep",
        "a map",
        "nothing read",
        "an open text",
        "reading that runs",
    ],
)
def test_a_broken_manifest_is_survived(text: str) -> None:
    planned({"project.clj": text, "src/a.clj": "(ns a)"})
    planned({"deps.edn": text, "src/a.clj": "(ns a)"})
