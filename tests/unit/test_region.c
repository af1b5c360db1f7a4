#include "model/region.h"

#include "../check.h"

static struct error error;

static void regions(void)
{
	static const char *const good[] = { "eu-west-1", "us-east-2", "ap-southeast-7", "cn-north-1",
		"us-gov-west-1", "us-isob-east-1", "eusc-de-east-1", "mx-central-1", "xx-east-12" };
	static const char *const bad[] = { "", "eu", "eu-west", "eu-west-", "EU-WEST-1", "eu_west_1",
		"eu-west-1a", "eu-west-123", "-west-1", "eu--west-1", "eu-west-1/", "eu-west-1.evil.example",
		"eu-wset-1", "us-wst-2", "west-1", "us-east-1 ", "us-east-1\n", "\nus-east-1" };

	for (size_t i = 0; i < ARRAY_LENGTH(good); i++)
		if (!CHECK(region_check(good[i], NULL)))
			printf("  %s\n", good[i]);
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		if (!CHECK(!region_check(bad[i], &error)))
			printf("  %s\n", bad[i]);
	for (const char *const *known = known_regions; *known; known++)
		if (!CHECK(region_check(*known, NULL)))
			printf("  %s\n", *known);
}

static void what_is_none_is_told_with_the_nearest(void)
{
	CHECK(!region_check("us-wst-2", &error));
	CHECK_TEXT(error.text, "\"us-wst-2\" is not a region; did you mean us-west-2");
	CHECK(!region_check("nowhere at all", &error));
	CHECK_TEXT(error.text, "\"nowhere at all\" is not a region; a region looks like eu-west-1");
}

int main(void)
{
	regions();
	what_is_none_is_told_with_the_nearest();
	return check_end();
}
