rootProject.name = "seat-map"
