#include "faults.h"

#include <string.h>

#include "common/say.h"

void fault_add_line(struct text *out, const struct fault *fault)
{
	const char *remedy = fault->remedy ? fault->remedy : "";

	text_printf(out, "%s:%u:%u: %s%s%s%s", fault->at.file, fault->at.line, fault->at.column,
		fault->warning ? "warning: " : "", fault->message, *remedy ? "; " : "", remedy);
}

const struct fault *faults_first(const struct fault *faults, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!faults[i].warning)
			return &faults[i];
	return NULL;
}

void faults_add_json(json_t *all, const struct fault *faults, size_t count)
{
	for (size_t i = 0; i < count; i++)
		json_add(all,
			json_must(json_pack("{s:s, s:i, s:i, s:s, s:s, s:s}", "file", faults[i].at.file,
				"line", (int)faults[i].at.line, "column", (int)faults[i].at.column, "message",
				faults[i].message, "remedy", faults[i].remedy ? faults[i].remedy : "",
				"severity", faults[i].warning ? "warning" : "error")));
}

struct fault fault_of_json(const json_t *object)
{
	return (struct fault){
		.at = { .file = json_text_of(object, "file", "?"),
			.line = (unsigned)json_integer_of(object, "line", 0),
			.column = (unsigned)json_integer_of(object, "column", 0) },
		.message = json_text_of(object, "message", "?"),
		.remedy = json_text_of(object, "remedy", "?"),
		.warning = strcmp(json_text_of(object, "severity", ""), "warning") == 0,
	};
}

void faults_show(FILE *file, const struct fault *faults, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		CLEANUP_TEXT struct text line = { 0 };

		fault_add_line(&line, &faults[i]);
		say(file, "%s\n", text_string(&line));
	}
}

/* What ends a line, and in a property what ends that, is written as a URL has it. */
static void add_annotated(struct text *out, const char *text, const char *escaped)
{
	for (; *text; text++) {
		if (strchr(escaped, *text))
			text_printf(out, "%%%02X", (unsigned char)*text);
		else
			text_add_char(out, *text);
	}
}

void faults_annotate(FILE *file, const struct fault *faults, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct fault *fault = &faults[i];
		CLEANUP_TEXT struct text line = { 0 };

		text_printf(&line, "::%s file=", fault->warning ? "warning" : "error");
		add_annotated(&line, fault->at.file, "%\r\n:,");
		text_printf(&line, ",line=%u,col=%u::", fault->at.line, fault->at.column);
		add_annotated(&line, fault->message, "%\r\n");
		if (fault->remedy) {
			text_add(&line, "; ");
			add_annotated(&line, fault->remedy, "%\r\n");
		}
		say(file, "%s\n", text_string(&line));
	}
}
