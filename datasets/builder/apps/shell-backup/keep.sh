# keep COUNT FOLDER: remove all but the newest dumps
keep() {
    ls -1t "$2"/*.sql.gz | tail -n "+$(($1 + 1))" | xargs -r rm -f
}
