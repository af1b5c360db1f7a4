#include <string.h>

#include "common/say.h"
#include "model/definition/schema_json.h"
#include "streams.h"

/* Prints the JSON Schema of one of the files that people write: what `make schema` puts into config/. */

static int print(const struct shipped_schema *schema)
{
	json_t *json = schema_json(schema);

	say_json(stdout, json);
	json_decref(json);
	return 0;
}

int main(int argc, char **argv)
{
	streams_begin();
	for (size_t i = 0; i < SHIPPED_SCHEMAS; i++)
		if (argc == 2 && strcmp(argv[1], shipped_schemas[i].name) == 0)
			return streams_end(print(&shipped_schemas[i]));
	say(stderr, "usage: print_schema fargate-batch | fargate-batchd\n");
	return streams_end(2);
}
