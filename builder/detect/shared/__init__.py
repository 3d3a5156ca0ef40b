"""Rules that several languages share: version files, variables, services by the name of a dependency."""
