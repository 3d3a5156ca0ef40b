#!/usr/bin/env bash
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
exec socat "TCP-LISTEN:${PORT:-8060},reuseaddr,fork" "EXEC:$here/answer.sh"
