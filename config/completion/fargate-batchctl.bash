# bash completion of fargate-batchctl: verbs, flags by verb, names of batches and of held plans. What compgen -W is given
# it expands like a command line, so names are taken from files only where they hold no mark that means something there.

# Names of batches, as the definitions on the command line (or those of the daemon) have them; offline.
_fargate_batchctl_batches() {
    local i arguments=()
    for ((i = 1; i < ${#typed[@]}; i++)); do
        case ${typed[i]} in
            --definitions | --settings) arguments+=("${typed[i]}" "${typed[i + 1]}") ;;
        esac
    done
    "${COMP_WORDS[0]}" next --json --count 1 "${arguments[@]}" 2>/dev/null | sed -n 's/^ *"batch": "\([A-Za-z0-9_-]*\)".*/\1/p'
}

_fargate_batchctl_plans() {
    "${COMP_WORDS[0]}" status --json 2>/dev/null | sed -n 's/^ *"plan": "\([0-9a-f]*\)".*/\1/p'
}

_fargate_batchctl() {
    local word=${COMP_WORDS[COMP_CWORD]} verb='' before i typed=()
    local verbs='check diff apply list next run runs logs status wait reload import approve policy release notify'
    local files='--settings --definitions' aws='--endpoint-url --region --profile --debug' flags

    COMPREPLY=()
    # Bash divides "--flag=value" into three words; here it is the same as "--flag value".
    for ((i = 0; i < COMP_CWORD; i++)); do
        [[ ${COMP_WORDS[i]} == = ]] || typed+=("${COMP_WORDS[i]}")
    done
    [[ $word != = ]] || word=''
    before=${typed[-1]}
    case $before in
        --settings)
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            return
            ;;
        --definitions)
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -d -- "$word")
            return
            ;;
        --profile)
            mapfile -t COMPREPLY < <(compgen -W "$(sed -n 's/^\[\(profile \)\{0,1\}\([A-Za-z0-9_.@:/+-]*\)\]$/\2/p' \
                "${AWS_CONFIG_FILE:-$HOME/.aws/config}" "${AWS_SHARED_CREDENTIALS_FILE:-$HOME/.aws/credentials}" \
                2>/dev/null)" -- "$word")
            return
            ;;
        --format)
            mapfile -t COMPREPLY < <(compgen -W 'text github' -- "$word")
            return
            ;;
        --approve)
            mapfile -t COMPREPLY < <(compgen -W "$(_fargate_batchctl_plans)" -- "$word")
            return
            ;;
        --endpoint-url | --region | --count | --timeout | --reloaded) return ;;
    esac
    for ((i = 1; i < ${#typed[@]}; i++)); do
        case ${typed[i]} in
            --settings | --definitions | --endpoint-url | --region | --profile | --count | --approve | --timeout | --reloaded | --format) ((i++)) ;;
            -*) ;;
            *)
                verb=${typed[i]}
                break
                ;;
        esac
    done
    # Those that mean something to the verb, as its --help lists them.
    case $verb in
        '') flags="$files $aws" ;;
        check) flags="--json --format --reloaded $files" ;;
        diff) flags="--json --hide-values $files $aws" ;;
        apply) flags="--json --hide-values --approve $files $aws" ;;
        list) flags="--json $files $aws" ;;
        next) flags="--json --count $files" ;;
        status) flags='--json --alive' ;;
        wait | reload) flags='--timeout' ;;
    esac
    flags+=' --help --version'
    if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$word")
        return
    fi
    case $verb in
        '') mapfile -t COMPREPLY < <(compgen -W "$verbs" -- "$word") ;;
        check)
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -f -X '!*.json' -- "$word"; compgen -d -- "$word")
            ;;
        diff | apply | list | next | run | runs | logs) mapfile -t COMPREPLY < <(compgen -W "$(_fargate_batchctl_batches)" -- "$word") ;;
        approve) mapfile -t COMPREPLY < <(compgen -W "$(_fargate_batchctl_plans)" -- "$word") ;;
    esac
}

complete -F _fargate_batchctl fargate-batchctl
