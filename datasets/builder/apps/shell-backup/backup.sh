#!/bin/sh
set -eu
. "$(dirname "$0")/keep.sh"

: "${DATABASE_URL:?must be set}"
target="${BACKUP_DIR:-/backups}/$(date +%F).sql.gz"
pg_dump "$DATABASE_URL" | gzip > "$target"
keep 7 "${BACKUP_DIR:-/backups}"
echo "written: $target"
