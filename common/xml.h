#ifndef COMMON_XML_H
#define COMMON_XML_H

#include <jansson.h>
#include <stddef.h>

#include "error.h"

/*
 * Reads an XML answer of the AWS query protocol as JSON (libexpat): the root's children are the members of
 * the object returned; an element with text alone is a string; one whose children are all called `member` or
 * `item` is an array; an empty one is an empty string; a name that comes again makes an array of its values.
 * Attributes are dropped. A DOCTYPE, an entity of its own, or more than 32 levels is an error. Returns a new
 * reference; `root` (if not NULL, `root_size` bytes) takes the root element's name.
 */
json_t *xml_to_json(const char *text, size_t length, char *root, size_t root_size, struct error *error);

#endif
