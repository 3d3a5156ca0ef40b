ThisBuild / scalaVersion := "3.3.4"

lazy val root = (project in file("."))
  .settings(
    name := "anagrams",
    version := "0.1.0",
    Compile / mainClass := Some("anagrams.Main")
  )
