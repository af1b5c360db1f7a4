#ifndef DAEMON_MODEL_DEFINITION_SCHEMA_H
#define DAEMON_MODEL_DEFINITION_SCHEMA_H

/*
 * What each member of a definition file, and of the settings, may be, as data. One walker holds files against it (schema_check.c),
 * and the JSON Schemas that are shipped are written from it (schema_json.c). What several members say together is checked
 * elsewhere.
 */

#include <stdbool.h>
#include <stddef.h>

#include "common/macros.h"

enum schema_type {
	SCHEMA_STRING = 1,
	SCHEMA_INTEGER = 2,
	SCHEMA_BOOLEAN = 4,
	SCHEMA_OBJECT = 8,
	SCHEMA_ARRAY = 16,
	SCHEMA_NULL = 32,
	SCHEMA_NUMBER = 64, /* with a fraction or without */
};

enum schema_mark {
	SCHEMA_MEMBER = 0,
	SCHEMA_LATER, /* not supported yet: a fault, with what to use until then */
	SCHEMA_MISTAKE, /* what people write here and means something else: a fault, with what to write
			   instead */
	SCHEMA_LEFT_OUT, /* what a pasted file may hold and nobody needs here: a warning */
};

struct schema;

struct schema_member {
	const char *key;
	unsigned types; /* of enum schema_type */
	const char *description; /* a sentence for editors */
	const struct schema *object;
	const struct schema_member *element; /* of an array */
	const char *const *values; /* the only texts, NULL at the end */
	const int *numbers; /* the only numbers, 0 at the end */
	double least, most; /* of a number; the same = any */
	size_t shortest, longest; /* characters of a text, elements of an array; 0 = any */
	const char *pattern; /* of a text: an extended regular expression that ECMAScript reads alike */
	const char *const *known; /* what a text that the pattern refuses may have been meant to be, NULL at
				     the end */
	const char *what; /* what the pattern describes: "a subnet id" */
	const char *example; /* JSON text of a right value */
	const char *remedy; /* what to write instead, where `example` does not say it */
	bool required;
	enum schema_mark mark;
};

struct schema {
	const struct schema_member *members;
	size_t count;
	const struct schema_member *map_key, *map_value; /* names are the user's own; no `members` */
	bool open; /* AWS's own object: what is unknown there is passed on with a warning, unless it looks
		      like a slip */
	const char *const *ignored; /* left out without a word; NULL at the end */
};

/* Of a table of members; and a list of texts. */
#define SCHEMA(table) \
	{ \
		.members = table, .count = ARRAY_LENGTH(table) \
	}
#define VALUES(...) ((const char *const[]){ __VA_ARGS__, NULL })

#define NOT_YET(the_key, the_remedy) \
	{ \
		.key = the_key, .mark = SCHEMA_LATER, .remedy = the_remedy \
	}

/* What a variable's name is, in a batch as in a task definition: neither "=" nor a control character in it.
 */
#define VARIABLE_NAME \
	.pattern = "^[^=\x01-\x1f]*$", .what = "the name of an environment variable", \
	.example = "\"STAGE\"", .remedy = "write letters, digits and \"_\", for example \"STAGE\""

#define ROLE_ARN     "arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+"
#define ROLE_PATTERN "^(" ROLE_ARN "|[A-Za-z0-9_+=,.@-]{1,64})$"

/* The full name of an image, in an app as in a container. */
#define IMAGE_NAME \
	.pattern = "^[A-Za-z0-9]([A-Za-z0-9_./:@-]*[A-Za-z0-9_.-])?$", .what = "the name of an image", \
	.longest = 1024, .example = "\"public.ecr.aws/docker/library/busybox:1.36\""

/* What people say in a file about it; nobody reads it. */
#define COMMENT \
	{ \
		.key = "$comment", .types = SCHEMA_STRING, .example = "\"every night, for accounting\"", \
		.description = "For people; ignored." \
	}

/* Which of the shipped schemas an editor holds a file against. */
#define SCHEMA_OF_FILE \
	{ \
		.key = "$schema", .types = SCHEMA_STRING, \
		.description = "Which JSON Schema an editor holds this against." \
	}

/* What is written in a whole file of definitions, and in the settings. */
extern const struct schema_member schema_definitions, schema_settings;
/* The tree that RegisterTaskDefinition takes. */
extern const struct schema schema_task_definition;

#endif
