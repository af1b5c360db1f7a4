#!/bin/sh
# The tree speaks of the project alone: no place it was written in, nobody who wrote it, no half-done thing.
cd "$(dirname "$0")/../.." || exit 1
pattern='/work[/]|[.][.]/shared|\bissue #?[0-9]|\bsub-?agent|\b(claude|anthropic|chatgpt|openai|copilot[ ]ai)\b|\blanguage model'
pattern="$pattern|\\b(TODO|FIXME|XXX|HACK)\\b|\\bthe brief\\b|\\bthis session\\b|\\bas an AI\\b|\\b(artifactory|jfrog)\\b|pypi[.]org|registry[.]npmjs"
files=$(git ls-files --cached --others --exclude-standard 2>/dev/null | grep -v '^tests/lint/words.sh$')
[ -n "$files" ] || files=$(find . -type f -not -path './build/*' -not -path './.git/*' -not -path ./tests/lint/words.sh)
# shellcheck disable=SC2086
if found=$(printf '%s\n' "$files" | xargs -d '\n' grep -nIEi "$pattern" /dev/null | grep -v 'XXXXXX'); then
    printf 'FAIL words that do not belong here\n%s\n0 passed, 1 failed\n' "$found"
    exit 1
fi
echo '1 passed, 0 failed'
