"""ECS: tasks that run and end by the clock of the front, and what moto gets wrong about clusters and lists.

A task's plan, by family or "*": {"pending": s, "running": s, "exitCode": n, "stopCode": text, "reason": text,
"refuse": reason}. It is PENDING, then RUNNING, then STOPPED, and forgotten an hour after that. `refuse`: RunTask
answers 200 without a task.
"""

import json
import re
import uuid

ACCOUNT = "123456789012"
PLAN = {"pending": 1, "running": 3600, "exitCode": 0, "stopCode": "EssentialContainerExited",
        "reason": "Essential container in task exited"}
KEPT_SECONDS = 3600


class Tasks:
    def __init__(self):
        self.plans, self.all, self.tokens = {}, {}, {}

    def plan(self, family):
        return PLAN | self.plans.get("*", {}) | self.plans.get(family, {})

    def at(self, arn, now):
        """A task as DescribeTasks shows it at a time, None where it is not made yet or forgotten."""
        task = self.all.get(arn)
        if task is None or now < task["createdAt"]:
            return None
        plan, started = task["plan"], task["createdAt"] + task["plan"]["pending"]
        end = min(started + plan["running"], task["stopAt"])
        if now >= end + KEPT_SECONDS:
            return None
        status = "PENDING" if now < min(started, end) else "RUNNING" if now < end else "STOPPED"
        container = {"name": "main", "lastStatus": status, "taskArn": arn}
        shown = {name: value for name, value in task.items() if name not in ("plan", "stopAt")}
        shown |= {"lastStatus": status, "desiredStatus": "STOPPED" if status == "STOPPED" else "RUNNING",
                  "version": 1 + ("PENDING", "RUNNING", "STOPPED").index(status), "containers": [container]}
        if started <= end and status != "PENDING":
            shown["startedAt"] = started
        if status == "STOPPED":
            by_hand = end == task["stopAt"]
            shown |= {"stoppedAt": end, "stopCode": "UserInitiated" if by_hand else plan["stopCode"],
                      "stoppedReason": task.get("why", plan["reason"]) if by_hand else plan["reason"]}
            if "startedAt" in shown:
                container["exitCode"] = 143 if by_hand else plan["exitCode"]
        return shown


def cluster_arn(request):
    name = (request.params.get("cluster") or "default").rpartition("/")[2]
    return f"arn:aws:ecs:{request.region}:{ACCOUNT}:cluster/{name}"


def definition_arn(front, request, refused):
    """The ARN of the active revision that is asked for; moto knows which there are."""
    asked = {"taskDefinition": request.params["taskDefinition"]}
    there = request.with_params(asked)
    there.headers = there.headers | {"x-amz-target": "AmazonEC2ContainerServiceV20141113.DescribeTaskDefinition"}
    status, _, body = front.emulator(there)
    definition = json.loads(body).get("taskDefinition", {}) if status == 200 else {}
    if definition.get("status") != "ACTIVE":
        raise refused("ClientException", "TaskDefinition not found.")
    return definition["taskDefinitionArn"]


def run_task(front, request, refused):
    asked, tasks = request.params, front.tasks
    token, cluster = asked.get("clientToken"), cluster_arn(request)
    if token is not None and not re.fullmatch(r"[!-~]{1,64}", token):
        raise refused("InvalidParameterException", "clientToken: 1 to 64 characters of ASCII 33 to 126")
    if not re.fullmatch(r"[A-Za-z0-9\-/_]{0,128}", asked.get("startedBy", "")):
        raise refused("InvalidParameterException", "startedBy: letters, digits, - / _ up to 128")
    known = tasks.tokens.get((cluster, token)) if token else None
    if known and front.now() < known[2] + 86400 and any(tasks.at(arn, front.now()) for arn in known[1]):
        if known[0] != asked:
            raise refused("ConflictException", "The clientToken was used with other parameters.", resourceIds=known[1])
        return {"tasks": [tasks.at(arn, front.now()) for arn in known[1]], "failures": []}
    arn = definition_arn(front, request, refused)
    family = arn.rpartition("/")[2].partition(":")[0]
    plan = tasks.plan(family)
    if "refuse" in plan:
        return {"tasks": [], "failures": [{"reason": plan["refuse"]}]}
    made = [make(front, cluster, arn, family, asked, plan) for _ in range(asked.get("count", 1))]
    if token:
        tasks.tokens[cluster, token] = (asked, made, front.now())
    return {"tasks": [tasks.at(one, front.now()) for one in made], "failures": []}


def make(front, cluster, definition, family, asked, plan):
    arn = f"{cluster.replace(':cluster/', ':task/')}/{uuid.uuid4().hex}"
    front.tasks.all[arn] = {
        "taskArn": arn, "clusterArn": cluster, "taskDefinitionArn": definition, "createdAt": front.now(), "plan": plan,
        "stopAt": float("inf"), "group": asked.get("group", f"family:{family}"), "launchType": "FARGATE",
        "overrides": asked.get("overrides", {}), "tags": asked.get("tags", []), "attachments": [],
    } | ({"startedBy": asked["startedBy"]} if "startedBy" in asked else {})
    return arn


def full_arn(request, task):
    return task if ":" in task else f"{cluster_arn(request).replace(':cluster/', ':task/')}/{task}"


def describe_tasks(front, request, refused):
    arns = [full_arn(request, each) for each in request.params["tasks"]]
    if not 1 <= len(arns) <= 100:
        raise refused("InvalidParameterException", "Tasks cannot be empty, nor more than 100.")
    shown = {arn: front.tasks.at(arn, front.as_of(request)) for arn in arns}
    tags = "TAGS" in request.params.get("include", [])
    return {"tasks": [task if tags else task | {"tags": []} for task in shown.values() if task],
            "failures": [{"arn": arn, "reason": "MISSING"} for arn, task in shown.items() if not task]}


def list_tasks(front, request, refused):
    asked, now, cluster = request.params, front.as_of(request), cluster_arn(request)
    if "startedBy" in asked and ("family" in asked or "desiredStatus" in asked):
        raise refused("InvalidParameterException", "If you specify startedBy, it must be the only filter that you use.")
    wanted = asked.get("desiredStatus", "RUNNING")
    shown = [task for task in (front.tasks.at(arn, now) for arn in front.tasks.all) if task
             and task["clusterArn"] == cluster and task["desiredStatus"] == wanted
             and asked.get("startedBy") in (None, task.get("startedBy"))
             and asked.get("family") in (None, task["taskDefinitionArn"].rpartition("/")[2].partition(":")[0])]
    start, most = int(asked.get("nextToken") or 0), min(asked.get("maxResults", 100), 100)
    more = {"nextToken": str(start + most)} if start + most < len(shown) else {}
    return {"taskArns": [task["taskArn"] for task in shown[start:start + most]]} | more


def stop_task(front, request, refused):
    arn = full_arn(request, request.params["task"])
    if front.tasks.at(arn, front.now()) is None:
        raise refused("InvalidParameterException", "The referenced task was not found.")
    task = front.tasks.all[arn]
    task |= {"stopAt": min(task["stopAt"], front.now()), "why": request.params.get("reason", "Task stopped by user")}
    return {"task": front.tasks.at(arn, front.now())}


ANSWERS = {("ecs", "RunTask"): run_task, ("ecs", "DescribeTasks"): describe_tasks, ("ecs", "ListTasks"): list_tasks,
           ("ecs", "StopTask"): stop_task}


def correct_clusters():
    from moto.core.responses import ActionResult
    from moto.ecs.models import EC2ContainerServiceBackend
    from moto.ecs.responses import EC2ContainerServiceResponse

    create_cluster = EC2ContainerServiceBackend.create_cluster

    def create_once(self, cluster_name, *args, **kwargs):
        known = self.clusters.get(cluster_name)
        if known is not None and known.status == "ACTIVE":
            return known
        return create_cluster(self, cluster_name, *args, **kwargs)

    def update_cluster_settings(self):
        cluster = self.ecs_backend.update_cluster(self._get_param("cluster"), self._get_param("settings"), None, None)
        return ActionResult({"cluster": cluster})

    EC2ContainerServiceBackend.create_cluster = create_once
    EC2ContainerServiceResponse.update_cluster_settings = update_cluster_settings


def correct_task_definition_lists():
    from moto.core.responses import ActionResult
    from moto.ecs.responses import EC2ContainerServiceResponse

    def in_order(arn):
        family, revision = arn.rsplit("/", 1)[-1].rsplit(":", 1)
        return family, int(revision)

    def list_task_definitions(self):
        arns = self.ecs_backend.list_task_definitions(self._get_param("familyPrefix"),
                                                      self._get_param("status", "ACTIVE"))
        arns = sorted(arns, key=in_order, reverse=self._get_param("sort", "ASC") == "DESC")
        start = int(self._get_param("nextToken") or 0)
        end = start + min(int(self._get_param("maxResults") or 100), 100)
        answer = {"taskDefinitionArns": arns[start:end]}
        if end < len(arns):
            answer["nextToken"] = str(end)
        return ActionResult(answer)

    EC2ContainerServiceResponse.list_task_definitions = list_task_definitions
