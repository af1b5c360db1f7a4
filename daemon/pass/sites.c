#include "sites.h"

#include "common/json.h"
#include "common/text.h"
#include "model/definition/definition.h"
#include "model/region.h"

struct finding {
	struct arena *arena;
	struct aws *aws;
	struct sites sites;
	size_t capacity;
};

static void add_site(struct finding *finding, const char *region, const char *role_arn)
{
	struct sites *sites = &finding->sites;

	for (size_t i = 0; i < sites->count; i++)
		if (text_compare(sites->items[i].site.region, region) == 0 &&
			text_compare(sites->items[i].site.role_arn, role_arn) == 0)
			return;
	arena_grow(finding->arena, &sites->items, sizeof *sites->items, sites->count, &finding->capacity);
	role_arn = arena_copy(finding->arena, role_arn);
	sites->items[sites->count++] = (struct reached_site){
		.site = {
			.role_arn = role_arn,
			.region = arena_copy(finding->arena, region),
			.partition = aws_partition(region),
			.suffix = aws_suffix(region),
		},
		.identity = aws_identity(finding->aws, role_arn),
	};
}

struct sites sites_find(struct arena *arena, struct aws *aws, const struct definitions *definitions,
	const struct state *state)
{
	struct finding finding = { .arena = arena, .aws = aws };
	const char *name;
	json_t *kept;

	for (size_t i = 0; i < definitions->app_count; i++)
		if (!definitions->apps[i].bystander)
			add_site(&finding, definitions->apps[i].region, definitions->apps[i].assume_role_arn);
	if (state)
		json_object_foreach (state_sites(state), name, kept)
			add_site(
				&finding, json_text_of(kept, "region", ""), json_text_of(kept, "role", NULL));
	return finding.sites;
}
