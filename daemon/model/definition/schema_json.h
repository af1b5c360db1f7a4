#ifndef DAEMON_MODEL_DEFINITION_SCHEMA_JSON_H
#define DAEMON_MODEL_DEFINITION_SCHEMA_JSON_H

/* A table of schema.h as a JSON Schema (draft 2020-12), for editors. Pure. */

#include <jansson.h>

#include "schema.h"

/* Those that are shipped as config/<name>.schema.json: each of one file that people write. */
struct shipped_schema {
	const char *name, *title;
	const struct schema_member *file;
};

enum { SHIPPED_SCHEMAS = 2 };
extern const struct shipped_schema shipped_schemas[SHIPPED_SCHEMAS];

/* A new reference. */
json_t *schema_json(const struct shipped_schema *schema);

#endif
