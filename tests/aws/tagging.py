"""tag:GetResources as AWS answers it: EventBridge rules and ECR repositories too, a log group as `logs:log-group`, nothing
without a tag, and pages of as many resources as were asked for (moto cuts them after 100 tags)."""


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
