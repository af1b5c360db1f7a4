"""What a straightforward script reads to know the same state: every rule, its targets, their task definitions, the rest."""

import boto3

ecr, ecs, events, iam, logs, sts = (boto3.client(name) for name in ("ecr", "ecs", "events", "iam", "logs", "sts"))
sts.get_caller_identity()
ecr.describe_repositories(repositoryNames=["jobs"])
ecr.get_lifecycle_policy(repositoryName="jobs")
ecs.describe_clusters(clusters=["jobs"], include=["TAGS", "SETTINGS"])
logs.describe_log_groups(logGroupNamePrefix="/fargate/jobs")
for role in ("ecsTaskExecutionRole", "ecsEventRole"):
    iam.get_role(RoleName=role)
    iam.list_attached_role_policies(RoleName=role)
read = 0
for page in events.get_paginator("list_rules").paginate():
    for rule in page["Rules"]:
        for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]:
            ecs.describe_task_definition(taskDefinition=target["EcsParameters"]["TaskDefinitionArn"], include=["TAGS"])
            read += 1
print(read, "batches read")
