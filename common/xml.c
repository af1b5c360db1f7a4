#include "xml.h"

#include <expat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "json.h"
#include "text.h"

enum { DEPTH_LIMIT = 32 };

/* One element that is open. It becomes an object, an array or a string, by what was found inside. */
struct element {
	char *name;
	json_t *members; /* children by name, NULL while there are none */
	json_t *list; /* children called `member` or `item`, NULL while there are none */
	struct text text;
};

struct reading {
	XML_Parser parser;
	struct element open[DEPTH_LIMIT];
	size_t depth;
	json_t *result;
	char *root;
	size_t root_size;
	const char *fault; /* why the reading was stopped, NULL while it goes on */
};

static void stop(struct reading *reading, const char *fault)
{
	if (!reading->fault)
		reading->fault = fault;
	XML_StopParser(reading->parser, XML_FALSE);
}

/* A name that comes again makes an array of its values; nothing that was answered is lost. */
static void add_member(struct element *parent, const char *name, json_t *value)
{
	json_t *before;

	if (!parent->members)
		parent->members = json_must(json_object());
	before = json_object_get(parent->members, name);
	if (!before) {
		json_object_set_new(parent->members, name, value);
	} else if (json_is_array(before)) {
		json_array_append_new(before, value);
	} else {
		json_t *both = json_must(json_array());

		json_array_append(both, before);
		json_array_append_new(both, value);
		json_object_set_new(parent->members, name, both);
	}
}

static void add_child(struct element *parent, const char *name, json_t *value)
{
	bool listed = !strcmp(name, "member") || !strcmp(name, "item");

	if (listed && !parent->members) {
		if (!parent->list)
			parent->list = json_must(json_array());
		json_array_append_new(parent->list, value);
		return;
	}
	if (parent->list) {
		/* Not a list after all: its elements were members that happen to have this name. */
		json_t *list = parent->list;

		parent->list = NULL;
		add_member(parent, "member", list);
	}
	add_member(parent, name, value);
}

static json_t *take_value(struct element *element)
{
	json_t *value = element->members ? element->members : element->list;

	if (!value)
		value = json_must(json_stringn(text_string(&element->text), element->text.length));
	element->members = element->list = NULL;
	return value;
}

static void clear(struct element *element)
{
	json_decref(element->members);
	json_decref(element->list);
	text_free(&element->text);
	free(element->name);
	*element = (struct element){ 0 };
}

static void XMLCALL on_start(void *data, const XML_Char *name, const XML_Char **attributes)
{
	struct reading *reading = data;

	(void)attributes;
	if (reading->depth == DEPTH_LIMIT) {
		stop(reading, "elements are nested deeper than 32");
		return;
	}
	if (reading->depth == 0 && reading->root)
		snprintf(reading->root, reading->root_size, "%s", name);
	reading->open[reading->depth++].name = must_copy(name);
}

/* An answer is always an object, also one of text alone or of a list alone. */
static json_t *as_object(json_t *value)
{
	json_t *object;

	if (json_is_object(value))
		return value;
	object = json_must(json_object());
	if (json_is_array(value))
		json_object_set(object, "member", value);
	json_decref(value);
	return object;
}

static void XMLCALL on_end(void *data, const XML_Char *name)
{
	struct reading *reading = data;
	struct element *element = &reading->open[reading->depth - 1];
	json_t *value = take_value(element);

	if (reading->depth > 1)
		add_child(element - 1, name, value);
	else
		reading->result = as_object(value);
	clear(element);
	reading->depth--;
}

static void XMLCALL on_text(void *data, const XML_Char *text, int length)
{
	struct reading *reading = data;

	if (reading->depth)
		text_add_n(&reading->open[reading->depth - 1].text, text, (size_t)length);
}

static void XMLCALL on_doctype(
	void *data, const XML_Char *name, const XML_Char *system, const XML_Char *public, int internal)
{
	(void)name;
	(void)system;
	(void)public;
	(void)internal;
	stop(data, "a DOCTYPE is not accepted");
}

static bool parse(struct reading *reading, const char *text, size_t length, struct error *error)
{
	if (length > (size_t)1 << 30)
		return error_set(error, ERROR_REPLY, "XML: too long");
	if (XML_Parse(reading->parser, text, (int)length, XML_TRUE) == XML_STATUS_OK)
		return true;
	return error_set(error, ERROR_REPLY, "XML, line %lu: %s",
		(unsigned long)XML_GetCurrentLineNumber(reading->parser),
		reading->fault ? reading->fault : XML_ErrorString(XML_GetErrorCode(reading->parser)));
}

json_t *xml_to_json(const char *text, size_t length, char *root, size_t root_size, struct error *error)
{
	struct reading reading = { .parser = XML_ParserCreate(NULL), .root = root, .root_size = root_size };
	json_t *result = NULL;

	if (!reading.parser)
		abort();
	XML_SetUserData(reading.parser, &reading);
	XML_SetElementHandler(reading.parser, on_start, on_end);
	XML_SetCharacterDataHandler(reading.parser, on_text);
	XML_SetStartDoctypeDeclHandler(reading.parser, on_doctype);
	if (parse(&reading, text, length, error))
		result = reading.result;
	else
		json_decref(reading.result);
	while (reading.depth)
		clear(&reading.open[--reading.depth]);
	XML_ParserFree(reading.parser);
	return result;
}
