# bash completion of fargate-batchctl: verbs, flags by verb, names of batches and of held plans.

# Names of batches, as the definitions on the command line (or those of the daemon) have them; offline.
_fargate_batchctl_batches() {
    local i arguments=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
            --definitions | --settings) arguments+=("${COMP_WORDS[i]}" "${COMP_WORDS[i + 1]}") ;;
        esac
    done
    "${COMP_WORDS[0]}" next --json --count 1 "${arguments[@]}" 2>/dev/null | sed -n 's/^ *"batch": "\([^"]*\)".*/\1/p'
}

_fargate_batchctl_plans() {
    "${COMP_WORDS[0]}" status --json 2>/dev/null | sed -n 's/^ *"plan": "\([^"]*\)".*/\1/p'
}

_fargate_batchctl() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} verb='' i
    local verbs='check diff apply list next run runs logs status import approve policy'
    local flags='--settings --definitions --endpoint-url --region --profile --debug --help --version'

    COMPREPLY=()
    case $before in
        --settings)
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            return
            ;;
        --definitions)
            mapfile -t COMPREPLY < <(compgen -d -- "$word")
            return
            ;;
        --profile)
            mapfile -t COMPREPLY < <(compgen -W "$(sed -n 's/^\[\(profile \)\{0,1\}\([^]]*\)\]$/\2/p' \
                "${AWS_CONFIG_FILE:-$HOME/.aws/config}" "${AWS_SHARED_CREDENTIALS_FILE:-$HOME/.aws/credentials}" \
                2>/dev/null)" -- "$word")
            return
            ;;
        --endpoint-url | --region | --count) return ;;
    esac
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
            --settings | --definitions | --endpoint-url | --region | --profile | --count) ((i++)) ;;
            -*) ;;
            *)
                verb=${COMP_WORDS[i]}
                break
                ;;
        esac
    done
    case $verb in
        check | list | runs | status) flags+=' --json' ;;
        diff | apply) flags+=' --json --hide-values' ;;
        next) flags+=' --json --count' ;;
    esac
    if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$word")
        return
    fi
    case $verb in
        '') mapfile -t COMPREPLY < <(compgen -W "$verbs" -- "$word") ;;
        check) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
        apply | next | run | runs | logs) mapfile -t COMPREPLY < <(compgen -W "$(_fargate_batchctl_batches)" -- "$word") ;;
        approve) mapfile -t COMPREPLY < <(compgen -W "$(_fargate_batchctl_plans)" -- "$word") ;;
    esac
}

complete -F _fargate_batchctl fargate-batchctl
