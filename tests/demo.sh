#!/bin/sh
# make demo: the first scenario from nothing, on an emulator of AWS, as a transcript: by hand, then by the daemon. Each
# command's exit code is checked, and what the daemon says.
cd "$(dirname "$0")/.." || exit 1
root=$PWD
work=$(mktemp -d) || exit 1
python=$root/build/venv/bin/python
emulator='' daemon=''
wrong=0 told=0

leave() {
    [ -z "$daemon" ] || kill "$daemon" 2>/dev/null
    [ -z "$emulator" ] || kill "$emulator" 2>/dev/null
    rm -rf "$work"
}
trap leave EXIT
trap 'exit 130' INT TERM

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    bold=$(printf '\033[1m') plain=$(printf '\033[0m')
else
    bold='' plain=''
fi

say() {
    printf '\n%s# %s%s\n' "$bold" "$*" "$plain"
}

# show CODE COMMAND...: prints the command as one would type it, runs it, and wants this exit code.
show() {
    wanted=$1
    shift
    printf '%s$ %s%s\n' "$bold" "$*" "$plain"
    "$@"
    code=$?
    if [ "$code" -ne "$wanted" ]; then
        printf '[exit %s, but %s was expected]\n' "$code" "$wanted"
        wrong=$((wrong + 1))
    elif [ "$code" -ne 0 ]; then
        printf '[exit %s]\n' "$code"
    fi
}

# hear TEXT: waits until the daemon has said it, and prints what it has said since the last time.
hear() {
    tries=0
    until tail -n +$((told + 1)) daemon.log | grep -qF -- "$1"; do
        tries=$((tries + 1))
        if [ "$tries" -gt 300 ] || ! kill -0 "$daemon" 2>/dev/null; then
            printf '[the daemon did not say: %s]\n' "$1"
            wrong=$((wrong + 1))
            break
        fi
        sleep 0.1
    done
    tail -n +$((told + 1)) daemon.log | sed 's/^/  | /'
    told=$(wc -l < daemon.log)
}

# Nothing of the caller's own AWS may be reached.
for name in $(env | sed -n 's/^\(AWS_[A-Za-z0-9_]*\)=.*/\1/p'); do
    unset "$name"
done

say "an emulator of AWS on a free port of this machine's loopback"
"$python" tests/aws_server.py > "$work/emulator" 2> "$work/emulator.log" &
emulator=$!
tries=0
while ! grep -q '^ready ' "$work/emulator"; do
    tries=$((tries + 1))
    if [ "$tries" -gt 300 ] || ! kill -0 "$emulator" 2>/dev/null; then
        echo "the emulator did not start:" && cat "$work/emulator.log"
        exit 1
    fi
    sleep 0.1
done
url=$(sed -n 's/^ready //p' "$work/emulator")
echo "$url"

mkdir "$work/jobs" "$work/home" "$work/state" "$work/run" || exit 1
cp config/examples/article.json "$work/jobs/" || exit 1
cd "$work" || exit 1
export HOME="$work/home" STATE_DIRECTORY="$work/state" RUNTIME_DIRECTORY="$work/run"
export AWS_ACCESS_KEY_ID=AKIADEMO AWS_SECRET_ACCESS_KEY=demo AWS_ENDPOINT_URL="$url" AWS_EC2_METADATA_DISABLED=true
export AWS_DEFAULT_REGION=ap-northeast-1 AWS_PAGER=''
PATH="$root/build:$root/build/venv/bin:$PATH"

say "what the team wrote: one app, two batches"
show 0 cat jobs/article.json
say "is it right? (offline)"
show 0 fargate-batchctl check --definitions jobs
say "what would be done"
show 1 fargate-batchctl diff --definitions jobs
say "do it"
show 0 fargate-batchctl apply --definitions jobs
say "the batches"
show 0 fargate-batchctl list --definitions jobs
say "once more: nothing to do"
show 0 fargate-batchctl apply --definitions jobs
show 0 fargate-batchctl diff --definitions jobs
say "somebody changes things by hand"
show 0 aws events disable-rule --name batch-no1
show 0 aws logs put-retention-policy --log-group-name /fargate/batch --retention-in-days 1
show 0 aws iam detach-role-policy --role-name ecsEventRole \
    --policy-arn arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceEventsRole
say "it is seen, field by field"
show 1 fargate-batchctl diff --definitions jobs
say "and put back"
show 0 fargate-batchctl apply --definitions jobs
show 0 fargate-batchctl diff --definitions jobs

say "what somebody else reads from AWS (boto3)"
cat > read.py <<'PYTHON'
import json
import boto3

ecr, ecs, logs, iam, events = (boto3.client(name) for name in ("ecr", "ecs", "logs", "iam", "events"))
policy = json.loads(ecr.get_lifecycle_policy(repositoryName="batch")["lifecyclePolicyText"])
print("repository ", ecr.describe_repositories()["repositories"][0]["repositoryUri"], "-", len(policy["rules"]), "lifecycle rule")
print("cluster    ", ecs.describe_clusters(clusters=["batch"])["clusters"][0]["clusterArn"])
group = logs.describe_log_groups()["logGroups"][0]
print("log group  ", group["logGroupName"], "-", group["retentionInDays"], "days")
for role in iam.list_roles()["Roles"]:
    attached = iam.list_attached_role_policies(RoleName=role["RoleName"])["AttachedPolicies"]
    print("role       ", role["RoleName"], "-", ", ".join(policy["PolicyName"] for policy in attached))
for rule in events.list_rules()["Rules"]:
    [target] = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
    arn = target["EcsParameters"]["TaskDefinitionArn"]
    container = ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]["containerDefinitions"][0]
    print("rule       ", rule["Name"], rule["State"], rule["ScheduleExpression"])
    print("   runs    ", arn.rpartition("/")[2], container["image"])
    print("   with    ", json.loads(target["Input"])["containerOverrides"][0]["environment"])
    print("   logs to ", container["logConfiguration"]["options"]["awslogs-stream-prefix"] + "/" + container["name"] + "/…")
PYTHON
show 0 python read.py

say "from here on the daemon does it (under systemd it tells the journal; here its lines stand behind |)"
cat > settings.json <<'JSON'
{ "resyncInterval": 3, "deletion": { "graceMinutes": 15, "maxBatches": 5 } }
JSON
show 0 cat settings.json
printf '%s$ fargate-batchd --settings settings.json --definitions jobs &%s\n' "$bold" "$plain"
fargate-batchd --settings settings.json --definitions jobs 2> daemon.log &
daemon=$!
hear "1 app, 2 batches"
show 0 fargate-batchctl wait
say "somebody disables a rule by hand: it is put back, and told"
show 0 aws events disable-rule --name batch-no1
hear "put back"
say "a batch leaves the definitions: disabled at once, deleted after its grace"
printf '%s$ %s%s\n' "$bold" "remove no2 from jobs/article.json" "$plain"
cp jobs/article.json whole.json
python -c 'import json; jobs = json.load(open("whole.json")); del jobs["batches"]["no2"]; json.dump(jobs, open("jobs/article.json", "w"))'
show 0 fargate-batchctl reload
hear "unless it comes back"
say "it comes back in time: the same rule goes on"
show 0 cp whole.json jobs/article.json
show 0 fargate-batchctl reload
hear "changed rule batch-no2"
say "somebody empties the folder: the brake holds everything until a person lets it pass"
show 0 rm jobs/article.json
show 1 fargate-batchctl reload
hear "fargate-batchctl approve"
plan=$(fargate-batchctl status --json | python -c 'import json, sys; print(json.load(sys.stdin)["held"][0]["plan"])')
show 0 fargate-batchctl approve "$plan"
show 0 fargate-batchctl reload
hear "batch no2 has left"
show 0 aws events list-rules --query 'Rules[].[Name,State]' --output text
kill "$daemon" && wait "$daemon"
daemon=''

if [ "$wrong" -ne 0 ]; then
    printf '\n%s commands ended otherwise than they should have\n' "$wrong"
    exit 1
fi
printf '\ndone: everything went as it should\n'
