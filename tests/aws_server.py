#!/usr/bin/env python3
"""The AWS of the tests: moto, corrected where it differs from AWS in what these tests rest on.

    build/venv/bin/python tests/aws_server.py [--port N] [--plain]

Prints `ready http://127.0.0.1:PORT` once it answers (port 0: a free one) and runs until it is terminated.

Corrected, unless --plain:
  * tag:GetResources names EventBridge rules and ECR repositories too, calls a log group `logs:log-group`, leaves out
    what carries no tag, and its pages hold as many resources as were asked for (moto cuts them after 100 tags);
  * PutRule on an existing rule leaves the tags alone;
  * CreateCluster of a name that is there gives that cluster back unchanged; UpdateClusterSettings exists;
  * ListTaskDefinitions is sorted, and paged by 100;
  * IAM knows a handful of AWS's managed policies, the article's among them, rather than all of them;
  * one request at a time reaches the backends: moto's own dictionaries are not made for several;
  * HTTP/1.1 connections stay open.
Signatures and rights are checked after `POST /moto-api/reset-auth` with the number of calls still free of it.
"""

import argparse
import json
import os
import sys
import threading


def correct_tagging():
    from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource
    from moto.ecr.models import ECRBackend
    from moto.events.models import EventsBackend
    from moto.logs.models import LogsBackend
    from moto.resourcegroupstaggingapi.models import ResourceGroupsTaggingAPIBackend

    event_buses = EventsBackend.iter_tagged_resources
    log_groups = LogsBackend.iter_tagged_resources

    def rules_too(self):
        yield from event_buses(self)
        for bus in list(self.event_buses.values()):
            for rule in list(bus.rules.values()):
                yield TaggedResource(arn=rule.arn, tags=self.tagger.get_tag_dict_for_resource(rule.arn),
                                     resource_type="events:rule")

    def repositories(self):
        for repository in list(self.repositories.values()):
            yield TaggedResource(arn=repository.arn, tags=self.tagger.get_tag_dict_for_resource(repository.arn),
                                 resource_type="ecr:repository")

    def log_groups_as_aws_calls_them(self):
        for group in log_groups(self):
            yield TaggedResource(arn=group.arn.removesuffix(":*"), tags=group.tags, resource_type="logs:log-group")

    EventsBackend.iter_tagged_resources = rules_too
    LogsBackend.iter_tagged_resources = log_groups_as_aws_calls_them
    # The tagging side takes any backend class that carries the mixin; ECR's does not yet.
    ECRBackend.SERVICE_NAMESPACE = "ecr"
    ECRBackend.iter_tagged_resources = repositories
    ECRBackend.owns_arn = TaggableResourcesMixin.owns_arn
    ECRBackend.__bases__ = ECRBackend.__bases__ + (TaggableResourcesMixin,)

    get_resources = ResourceGroupsTaggingAPIBackend.get_resources

    def whole_pages(self, **asked):
        asked["tags_per_page"] = 1_000_000
        return get_resources(self, **asked)

    ResourceGroupsTaggingAPIBackend.get_resources = whole_pages


def correct_put_rule():
    from moto.events.models import EventsBackend

    put_rule = EventsBackend.put_rule

    def tags_only_at_creation(self, name, *args, **kwargs):
        bus = kwargs.get("event_bus_arn") or "default"
        known = self.event_buses.get(bus.split("/")[-1])
        if known is not None and name in known.rules:
            kwargs["tags"] = []
        return put_rule(self, name, *args, **kwargs)

    EventsBackend.put_rule = tags_only_at_creation


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


def shorten_managed_policies():
    """Thousand and more policies are built anew at each reset; a handful is enough, and a reset then takes no second."""
    from moto.iam import models

    kept = ("AmazonECSTaskExecutionRolePolicy", "AmazonEC2ContainerServiceEventsRole", "AdministratorAccess",
            "ReadOnlyAccess", "CloudWatchLogsReadOnlyAccess", "AmazonEC2ContainerRegistryReadOnly")
    known = json.loads(models.aws_managed_policies_data)
    models.aws_managed_policies_data = json.dumps({name: known[name] for name in kept})


def make_handler():
    from moto.moto_server.werkzeug_app import MotoRequestHandler

    class Handler(MotoRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1  # one segment per answer

        def log_request(self, *_):
            pass

    return Handler


def one_at_a_time(app):
    lock = threading.Lock()

    def guarded(environ, start_response):
        with lock:
            return list(app(environ, start_response))

    return guarded


def main():
    parser = argparse.ArgumentParser(description="moto, corrected toward AWS")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--plain", action="store_true", help="leave moto as it is")
    arguments = parser.parse_args()
    os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
    # Nothing of the caller's own AWS configuration may reach moto's botocore.
    for name in ("AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_ENDPOINT_URL"):
        os.environ.pop(name, None)

    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    if not arguments.plain:
        correct_tagging()
        correct_put_rule()
        correct_clusters()
        correct_task_definition_lists()
        shorten_managed_policies()
    app = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", arguments.port, one_at_a_time(app), threaded=True,
                         request_handler=make_handler())
    print(f"ready http://127.0.0.1:{server.server_address[1]}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
