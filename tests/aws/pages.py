"""Lists in an order and in pages of a test's choice: AWS promises neither an order nor full pages, only a token."""

import json
import random

# service:Operation -> the list, the token asked with, the token answered.
LISTS = {
    "events:ListRules": ("Rules", "NextToken", "NextToken"),
    "events:ListTargetsByRule": ("Targets", "NextToken", "NextToken"),
    "ecs:ListTaskDefinitions": ("taskDefinitionArns", "nextToken", "nextToken"),
    "ecs:ListTasks": ("taskArns", "nextToken", "nextToken"),
    "logs:DescribeLogGroups": ("logGroups", "nextToken", "nextToken"),
    "ecr:DescribeRepositories": ("repositories", "nextToken", "nextToken"),
    "tagging:GetResources": ("ResourceTagMappingList", "PaginationToken", "PaginationToken"),
}


class Pages:
    """`size` items a page, in the order that `seed` gives; an empty page with a token comes first where `empty`."""

    def __init__(self, size=0, seed=None, empty=False):
        self.size, self.seed, self.empty = size, seed, empty
        self.rest = {}  # token -> items not given yet

    def cuts(self, request):
        return bool(self.size) and f"{request.service}:{request.operation}" in LISTS

    def answer(self, request, ask):
        """One page; `ask(request)` gives the answer of AWS to a request without a token of ours."""
        member, asked, answered = LISTS[f"{request.service}:{request.operation}"]
        token = request.params.get(asked)
        if token:
            reply, items = {}, self.rest.pop(token)
        else:
            status, headers, body = ask(request)
            if status != 200:
                return status, headers, body
            reply, items = self._all(request, ask, json.loads(body), member, asked, answered)
        give = 0 if self.empty and not token else self.size
        reply[member], left = items[:give], items[give:]
        if left:
            reply[answered] = f"page-{len(self.rest)}-{len(left)}-{id(left)}"
            self.rest[reply[answered]] = left
        return reply

    def _all(self, request, ask, reply, member, asked, answered):
        items, token = list(reply[member]), reply.pop(answered, None)
        while token:
            more = json.loads(ask(request.with_params(request.params | {asked: token}))[2])
            items += more[member]
            token = more.get(answered)
        random.Random(self.seed).shuffle(items)
        return reply, items
